/** Trust in a config from the current folder, as commands ask for it. */
import path from 'node:path';
import { shellWord } from '../../shared/shell-word.ts';
import type { ConfigReview, ConfigState } from '../../shared/service-snapshot.ts';
import { loadConfig } from '../core/config/config-loader.ts';
import { reviewOf } from '../core/config/config-review.ts';
import type { FoundConfig } from '../core/config/config-search.ts';
import { inProcess } from '../core/config/in-process-compiler.ts';
import { TrustStore, type ConfigIdentity, type TrustRecord } from '../core/config/trust-store.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import { errorMessage } from '../core/lifecycle/error-text.ts';
import { writeFailureFix } from '../core/files/write-failure.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { answerOf } from './host-connection.ts';
import { brokenConfig } from './output/config-complaint.ts';
import { reviewLines } from './output/review-lines.ts';

export interface Reviewed {
  readonly identity: ConfigIdentity;
  readonly record: TrustRecord;
  readonly review: ConfigReview;
}

/** A config that cannot be read is a failure: there is nothing to review. */
export async function reviewConfig(context: CommandContext, file: string): Promise<Reviewed> {
  const { env, homeDirectory, uid, paths } = context;
  const loaded = await loadConfig(file, { env, homeDirectory, uid, salvage: true }, inProcess);
  if (!loaded.ok) throw brokenConfig(context, file, loaded.error);
  const { identity } = loaded.value;
  const record = await new TrustStore(paths.stateDirectory).recordOf(identity);
  return { identity, record, review: reviewOf(loaded.value, identity, record) };
}

/**
 * Called before anything from a found config runs. At a terminal the user sees what would run, and is asked; otherwise
 * an untrusted config is a failure that names the command.
 */
export async function requireTrust(context: CommandContext, file: string): Promise<void> {
  const { identity, record, review } = await reviewConfig(context, file);
  if (record === 'trusted') return;
  await askForTrust(context, file, review);
  await recordTrust(context, identity);
}

/** The same for a running host with a config under review. The config in force continues without it. */
export async function requireTrustOfHost(
  context: CommandContext,
  client: ControlClient,
  config: ConfigState,
): Promise<void> {
  if (config.status !== 'untrusted' || config.review === undefined) return;
  await askForTrust(context, config.path ?? '', config.review);
  answerOf(await client.request('trust', { digest: config.review.digest }));
}

/** Whether the text that was read may run. */
export const isTrusted = async (
  { paths }: CommandContext,
  { foundBy }: FoundConfig,
  identity: ConfigIdentity,
): Promise<boolean> =>
  foundBy !== 'folder' || (await new TrustStore(paths.stateDirectory).recordOf(identity)) === 'trusted';

async function askForTrust(context: CommandContext, file: string, review: ConfigReview): Promise<void> {
  const title = `${file} ${review.isChanged ? 'changed and is not trusted' : 'is not trusted'}, so nothing in it runs`;
  const { confirm, stderr, complaintPalette } = context;
  const lines = reviewLines(review);
  if (confirm === undefined)
    throw new CommandFailure(title, {
      hint: [...lines, `To trust it: ${trustCommand(file)}`].join('\n'),
    });
  stderr.write(`${complaintPalette.working(`${title}. It would run:`)}\n${lines.join('\n')}\n`);
  if (!(await confirm('Trust it? [y/N] ')))
    throw new CommandFailure(`${file} is not trusted`, { hint: `To trust it: ${trustCommand(file)}` });
}

export async function recordTrust(context: CommandContext, identity: ConfigIdentity): Promise<void> {
  await new TrustStore(context.paths.stateDirectory).trust(identity).catch((error: unknown) => {
    const reason = errorMessage(error);
    throw new CommandFailure(`the trust could not be recorded: ${reason}`, { hint: writeFailureFix(reason) });
  });
}

export const trustCommand = (file: string): string => `localport trust ${shellWord(path.resolve(file))}`;
