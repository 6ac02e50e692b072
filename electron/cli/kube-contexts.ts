import type { ServiceSpec } from '../../shared/service-spec.ts';
import type { CommandContext } from './command-context.ts';
import { chooseConfigFile, requireTrustIn } from './config-choice.ts';
import { readConfig } from './configured-services.ts';
import { brokenConfig } from './output/config-complaint.ts';

/** A kube context with the namespaces that services use there; the context null is the current one. */
export interface ContextInUse {
  readonly context: string | null;
  readonly namespaces: readonly string[];
}

/** What the config uses, or the contexts that are named; the current one where neither says anything. */
export async function contextsInUse(
  context: CommandContext,
  named: readonly string[] | undefined,
): Promise<readonly ContextInUse[]> {
  const found = chooseConfigFile(context);
  if (named === undefined) await requireTrustIn(context, found);
  const loaded = found === null ? null : await readConfig(context, found.path);
  // Another cluster than the one that the config names would answer.
  if (found !== null && loaded?.ok === false && named === undefined)
    throw brokenConfig(context, found.path, loaded.error);
  const used = groupByContext(loaded?.ok === true ? loaded.value.services : []);
  if (named !== undefined) {
    return named.map(
      (name) => used.find(({ context: one }) => one === name) ?? { context: name, namespaces: [] },
    );
  }
  return used.length > 0 ? used : [{ context: null, namespaces: [] }];
}

export function groupByContext(services: readonly ServiceSpec[]): readonly ContextInUse[] {
  const namespaces = new Map<string | null, Set<string>>();
  for (const { connection } of services) {
    if (connection.technology !== 'kubectl') continue;
    const known = namespaces.get(connection.context) ?? new Set<string>();
    namespaces.set(connection.context, known.add(connection.namespace));
  }
  return [...namespaces].map(([context, names]) => ({ context, namespaces: [...names] }));
}

export const contextArguments = ({ context }: ContextInUse): readonly string[] =>
  context === null ? [] : [`--context=${context}`];

export const contextTitle = ({ context }: ContextInUse): string => context ?? 'current context';
