import { err, ok, type Result } from '../../../shared/result.ts';
import { firstUnseen } from '../../../shared/visible-text.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { finishImport, listInWords, type ImportOptions } from '../import-output.ts';
import { readInTurns } from '../../core/kube/json-in-turns.ts';
import { complaintOf } from '../kube-query.ts';
import {
  proposeKubeServices,
  servicesWithPods,
  skipReasons,
  tellContextsApart,
  type KubeProposals,
} from '../../core/import/kube-proposals.ts';
import { mapInTurns } from '../../core/import/map-in-turns.ts';
import { runTool, type ToolRun } from '../tool-run.ts';

export interface ImportKubeOptions extends ImportOptions {
  readonly context?: readonly string[];
  readonly namespace?: readonly string[];
}

/** Each is a kubectl process, and a kubeconfig may have hundreds of contexts. */
const queriesAtOnce = 16;
const listContextsMs = 10_000;
const listServicesMs = 30_000;

/** Proposes the services of every context, or of the named ones. */
export const importKube: Action<ImportKubeOptions> = async (context, options) => {
  const contexts = options.context ?? (await listContexts(context));
  // The config does not accept such a name; a cluster's own names are DNS labels.
  const odd = contexts.filter((name) => firstUnseen(name) !== null);
  const named = contexts.filter((name) => !odd.includes(name));
  const { namespace: namespaces } = options;
  const places = named.flatMap((name): readonly Place[] =>
    namespaces === undefined
      ? [{ context: name, namespace: null }]
      : [...new Set(namespaces)].map((namespace) => ({ context: name, namespace })),
  );
  const found = await mapInTurns(places, queriesAtOnce, (place) => readPlace(context, place));
  const read = found.flatMap((result) => (result.ok ? [result.value] : []));
  return finishImport(context, options, {
    proposals: tellContextsApart(read),
    remarks: [
      ...listInWords(
        'you may list services only in the namespace of the context',
        read.filter(({ isOwnNamespace }) => isOwnNamespace).map((one) => one.context),
      ),
      ...Object.entries(skipReasons).flatMap(([why, words]) =>
        listInWords(
          words,
          read.flatMap(({ skipped }) => skipped.filter((skip) => skip.why === why).map(({ name }) => name)),
        ),
      ),
    ],
    failures: [
      ...odd.map((name) => `${name}: a context with a control character in its name is skipped`),
      ...found.flatMap((result) => (result.ok ? [] : result.error)),
    ],
  });
};

async function listContexts(context: CommandContext): Promise<readonly string[]> {
  const run = await runTool(context, ['kubectl', 'config', 'get-contexts', '--output=name'], listContextsMs);
  if (run.exitCode !== 0) {
    const hint = run.isMissing ? 'Install kubectl, or put it on your PATH.' : null;
    throw new CommandFailure(complaintOf(run), { hint });
  }
  const names = run.stdout.split('\n').filter((name) => name !== '');
  if (names.length === 0) throw new CommandFailure('your kubeconfig has no contexts');
  return names;
}

interface Place {
  readonly context: string;
  /** null: all of them. */
  readonly namespace: string | null;
}

async function readPlace(
  context: CommandContext,
  { context: name, namespace }: Place,
): Promise<Result<ReadPlace, string>> {
  const list = (kind: string, where: readonly string[]): Promise<ToolRun> => {
    const argv = ['kubectl', `--context=${name}`, 'get', kind, ...where, '--output=json'] as const;
    return runTool(context, argv, listServicesMs);
  };
  const wide = namespace === null ? ['--all-namespaces'] : [`--namespace=${namespace}`];
  const first = await list('services', wide);
  // Many users may list only one namespace, and that is the purpose of a context's namespace.
  const isOwnNamespace = namespace === null && isForbidden(first);
  const where = isOwnNamespace ? [] : wide;
  const run = isOwnNamespace ? await list('services', where) : first;
  if (run.exitCode !== 0) {
    const hint =
      isOwnNamespace && isForbidden(run) ? '; name namespaces that you may read with --namespace' : '';
    return err(`${name}: ${complaintOf(run)}${hint}`);
  }
  const services = await readInTurns(run.stdout);
  const found = proposeKubeServices(services, name);
  if (found === null) return err(`${name}: kubectl answered with something else than a list of services`);
  if (!found.skipped.some(({ why }) => why === 'podless')) return ok({ ...found, isOwnNamespace });
  // Without permission to list them, only services with a selector are found.
  const slices = await list('endpointslices.discovery.k8s.io', where);
  const withPods = proposeKubeServices(services, name, servicesWithPods(await readInTurns(slices.stdout)));
  return ok({ ...(withPods ?? found), isOwnNamespace });
}

const isForbidden = (run: ToolRun): boolean => run.exitCode !== 0 && /\bforbidden\b/i.test(complaintOf(run));

interface ReadPlace extends KubeProposals {
  /** Only services of the context's own namespace can be listed. */
  readonly isOwnNamespace: boolean;
}
