import { err, ok, type Result } from '../../../shared/result.ts';
import { firstUnseen, visibleLine } from '../../../shared/visible-text.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { finishImport, type ImportOptions } from '../import-output.ts';
import { complaintOf } from '../kube-query.ts';
import {
  proposeKubeServices,
  tellContextsApart,
  type KubeProposals,
} from '../../core/import/kube-proposals.ts';
import { mapInTurns } from '../../core/import/map-in-turns.ts';
import { shorten } from '../output/text-width.ts';
import { runTool, type ToolRun } from '../tool-run.ts';

export interface ImportKubeOptions extends ImportOptions {
  readonly context?: readonly string[];
  readonly namespace?: string;
}

const maxNameWidth = 80;
/** Each is a kubectl, and a kubeconfig may have hundreds. */
const contextsAtOnce = 16;
const listContextsMs = 10_000;
const listServicesMs = 30_000;

/** Proposes the services of every context, or of those that are named. */
export const importKube: Action<ImportKubeOptions> = async (context, options) => {
  const contexts = options.context ?? (await listContexts(context));
  // The config takes no such name; a cluster's own are DNS labels.
  const odd = contexts.filter((name) => firstUnseen(name) !== null);
  const named = contexts.filter((name) => !odd.includes(name));
  const found = await mapInTurns(named, contextsAtOnce, (name) =>
    readContext(context, name, options.namespace),
  );
  const read = found.flatMap((result) => (result.ok ? [result.value] : []));
  return finishImport(context, options, {
    proposals: tellContextsApart(read),
    remarks: [
      ...listInWords(
        'you may list services only in the namespace of the context',
        read.filter(({ isOwnNamespace }) => isOwnNamespace).map((one) => one.context),
      ),
      ...listInWords(
        'skipped, as the name is not a DNS label',
        read.flatMap(({ skipped }) => skipped),
      ),
      ...listInWords(
        'skipped, as they have no selector and so no pods',
        read.flatMap(({ podless }) => podless),
      ),
    ],
    failures: [
      ...odd.map((name) => `${name}: a context with a control character in its name is skipped`),
      ...found.flatMap((result) => (result.ok ? [] : result.error)),
    ],
  });
};

const maxNamesTold = 5;

function listInWords(why: string, names: readonly string[]): readonly string[] {
  const different = [...new Set(names)];
  if (different.length === 0) return [];
  const shown = different.slice(0, maxNamesTold).map((name) => shorten(visibleLine(name), maxNameWidth));
  const more = different.length > maxNamesTold ? ` and ${different.length - maxNamesTold} more` : '';
  return [`${why}: ${shown.join(', ')}${more}`];
}

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

async function readContext(
  context: CommandContext,
  name: string,
  namespace: string | undefined,
): Promise<Result<ReadContext, string>> {
  const list = (...where: readonly string[]): Promise<ToolRun> => {
    const argv = ['kubectl', `--context=${name}`, 'get', 'services', ...where, '--output=json'] as const;
    return runTool(context, argv, listServicesMs);
  };
  const wide = await list(namespace === undefined ? '--all-namespaces' : `--namespace=${namespace}`);
  // Many may list in one namespace only, and that is what a context names one for.
  const isOwnNamespace =
    namespace === undefined && wide.exitCode !== 0 && /\bforbidden\b/i.test(complaintOf(wide));
  const run = isOwnNamespace ? await list() : wide;
  if (run.exitCode !== 0) return err(`${name}: ${complaintOf(run)}`);
  const proposals = proposeKubeServices(run.stdout, name);
  return proposals === null
    ? err(`${name}: kubectl answered with something else than a list of services`)
    : ok({ ...proposals, isOwnNamespace });
}

interface ReadContext extends KubeProposals {
  /** Only services of the context's own namespace may be listed. */
  readonly isOwnNamespace: boolean;
}
