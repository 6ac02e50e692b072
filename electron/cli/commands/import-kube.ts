import { err, ok, type Result } from '../../../shared/result.ts';
import { firstUnseen, visibleLine } from '../../../shared/visible-text.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { finishImport, type ImportOptions } from '../import-output.ts';
import { complaintOf } from '../kube-query.ts';
import { proposeKubeServices, type KubeProposals } from '../kube-proposals.ts';
import { shorten } from '../output/text-width.ts';
import { runTool } from '../tool-run.ts';

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
  const found: Awaited<ReturnType<typeof readContext>>[] = [];
  for (let start = 0; start < named.length; start += contextsAtOnce) {
    const names = named.slice(start, start + contextsAtOnce);
    found.push(...(await Promise.all(names.map((name) => readContext(context, name, options.namespace)))));
  }
  const skipped = found.flatMap((result) => (result.ok ? result.value.skipped : []));
  return finishImport(context, options, {
    proposals: found.flatMap((result) => (result.ok ? result.value.proposals : [])),
    remarks: skippedInWords(skipped),
    failures: [
      ...odd.map((name) => `${name}: a context with a control character in its name is skipped`),
      ...found.flatMap((result) => (result.ok ? [] : result.error)),
    ],
  });
};

const maxNamesTold = 5;

function skippedInWords(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, maxNamesTold).map((name) => shorten(visibleLine(name), maxNameWidth));
  const more = names.length > maxNamesTold ? ` and ${names.length - maxNamesTold} more` : '';
  return [`skipped, as the name is not a DNS label: ${shown.join(', ')}${more}`];
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
): Promise<Result<KubeProposals, string>> {
  const where = namespace === undefined ? '--all-namespaces' : `--namespace=${namespace}`;
  const run = await runTool(
    context,
    ['kubectl', `--context=${name}`, 'get', 'services', where, '--output=json'],
    listServicesMs,
  );
  if (run.exitCode !== 0) return err(`${name}: ${complaintOf(run)}`);
  const proposals = proposeKubeServices(run.stdout, name);
  return proposals === null
    ? err(`${name}: kubectl answered with something else than a list of services`)
    : ok(proposals);
}
