import { err, ok, type Result } from '../../../shared/result.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { finishImport, type ImportOptions } from '../import-output.ts';
import { complaintOf } from '../kube-query.ts';
import { proposeKubeServices } from '../kube-proposals.ts';
import type { Proposal } from '../service-proposal.ts';
import { runTool } from '../tool-run.ts';

export interface ImportKubeOptions extends ImportOptions {
  readonly context?: readonly string[];
  readonly namespace?: string;
}

/** Each is a kubectl, and a kubeconfig may have hundreds. */
const contextsAtOnce = 16;
const listContextsMs = 10_000;
const listServicesMs = 30_000;

/** Proposes the services of every context, or of those that are named. */
export const importKube: Action<ImportKubeOptions> = async (context, options) => {
  const contexts = options.context ?? (await listContexts(context));
  const found: Result<readonly Proposal[], string>[] = [];
  for (let start = 0; start < contexts.length; start += contextsAtOnce) {
    const names = contexts.slice(start, start + contextsAtOnce);
    found.push(...(await Promise.all(names.map((name) => readContext(context, name, options.namespace)))));
  }
  return finishImport(context, options, {
    proposals: found.flatMap((result) => (result.ok ? result.value : [])),
    remarks: [],
    failures: found.flatMap((result) => (result.ok ? [] : result.error)),
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

async function readContext(
  context: CommandContext,
  name: string,
  namespace: string | undefined,
): Promise<Result<readonly Proposal[], string>> {
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
