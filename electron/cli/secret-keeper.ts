/** The keychain of the platform, as commands use it. */
import type { Cause } from '../../shared/failure.ts';
import { secretNameFault, type SecretReference } from '../../shared/secret-reference.ts';
import type { Result } from '../../shared/result.ts';
import { readSecret } from '../core/secrets/secret-reader.ts';
import {
  removeCall,
  type RunTool,
  storeCall,
  type ToolAnswer,
  toolTimeoutMs,
} from '../core/secrets/secret-tools.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';
import { lastLine, runToolWith } from './tool-run.ts';

export function requireSecretName(name: string): void {
  const fault = secretNameFault(name);
  if (fault !== null) throw usageFailure(`${JSON.stringify(name)} ${fault}`);
}

const toolOf =
  (context: CommandContext): RunTool =>
  ({ argv, input }) =>
    runToolWith(context, argv, { timeoutMs: toolTimeoutMs, input });

export const lookUpSecret = (
  context: CommandContext,
  reference: SecretReference,
): Promise<Result<string, Cause>> =>
  readSecret(reference, { run: toolOf(context), platform: context.platform });

/** Fails unless it can be read again as it was given. */
export async function storeSecret(context: CommandContext, name: string, password: string): Promise<void> {
  const call = storeCall(name, password, context.platform);
  const answer = await toolOf(context)(call);
  if (answer.exitCode !== 0) throw toolFailure(call.argv[0], answer, 'was not stored');
  const found = await lookUpSecret(context, { kind: 'keychain', name });
  if (!found.ok || found.value !== password)
    throw new CommandFailure(`${call.argv[0]} stored ${name}, but returns a different value`);
}

export async function removeSecret(context: CommandContext, name: string): Promise<void> {
  const found = await lookUpSecret(context, { kind: 'keychain', name });
  if (!found.ok && found.error.code !== 'secret-unreadable')
    throw new CommandFailure(found.error.title, { hint: hintOf(found.error) });
  const call = removeCall(name, context.platform);
  const answer = await toolOf(context)(call);
  if (answer.exitCode !== 0) throw toolFailure(call.argv[0], answer, 'was not removed');
}

/** Nothing has to be stored in order to remove something. */
const hintOf = (cause: Cause): string | null => (cause.code === 'secret-missing' ? null : cause.remedy);

const toolFailure = (program: string, { isMissing, stderr }: ToolAnswer, what: string): CommandFailure =>
  isMissing
    ? new CommandFailure(`${program} was not found`, { hint: missingHints[program] ?? null })
    : new CommandFailure(`the password ${what}: ${lastLine(stderr)}`);

const missingHints: Readonly<Record<string, string>> = {
  'secret-tool':
    'Install it (package libsecret-tools or libsecret), or write password: ${NAME} in the config.',
};
