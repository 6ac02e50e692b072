import type { ServiceSpec } from '../../shared/service-spec.ts';
import type { ClusterChoice } from '../core/kube/kubectl-flags.ts';
import type { CommandContext } from './command-context.ts';
import { chooseConfigFile, requireTrustIn } from './config-choice.ts';
import { readConfig } from './configured-services.ts';
import { brokenConfig } from './output/config-complaint.ts';

/** A kube context with the namespaces that services use there; the namespace null is the context's own. */
export interface ContextInUse extends ClusterChoice {
  readonly namespaces: readonly (string | null)[];
}

/** The contexts that the config uses, or the named ones; the current one if neither names any. */
export async function contextsInUse(
  context: CommandContext,
  named: readonly string[] | undefined,
): Promise<readonly ContextInUse[]> {
  const found = chooseConfigFile(context);
  if (named === undefined) await requireTrustIn(context, found);
  const loaded = found === null ? null : await readConfig(context, found.path);
  // Otherwise another cluster than the one in the config would answer.
  if (found !== null && loaded?.ok === false && named === undefined)
    throw brokenConfig(context, found.path, loaded.error);
  const used = groupByContext(loaded?.ok === true ? loaded.value.services : []);
  if (named !== undefined) {
    return named.map(
      (name) =>
        used.find(({ context: one }) => one === name) ?? { context: name, kubeconfig: null, namespaces: [] },
    );
  }
  return used.length > 0 ? used : [{ context: null, kubeconfig: null, namespaces: [] }];
}

export function groupByContext(services: readonly ServiceSpec[]): readonly ContextInUse[] {
  const found = new Map<string, ClusterChoice & { readonly namespaces: Set<string | null> }>();
  for (const { connection } of services) {
    if (connection.technology !== 'kubectl') continue;
    const { context, kubeconfig, namespace } = connection;
    const key = JSON.stringify([context, kubeconfig]);
    const known = found.get(key) ?? { context, kubeconfig, namespaces: new Set() };
    known.namespaces.add(namespace);
    found.set(key, known);
  }
  return [...found.values()].map((one) => ({ ...one, namespaces: [...one.namespaces] }));
}

export const contextTitle = ({ context, kubeconfig }: ContextInUse): string =>
  `${context ?? 'current context'}${kubeconfig === null ? '' : ` in ${kubeconfig}`}`;
