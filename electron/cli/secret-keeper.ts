/** The platform's keychain, as commands use it. */
import type { Cause } from '../../shared/failure.ts';
import { secretNameFault, type SecretReference } from '../../shared/secret-reference.ts';
import type { Result } from '../../shared/result.ts';
import { silentLogger } from '../core/observability/logger.ts';
import { RememberedNames } from '../core/secrets/remembered-names.ts';
import { readSecret, type ReaderParts } from '../core/secrets/secret-reader.ts';
import { toolTimeoutMs } from '../core/secrets/secret-tools.ts';
import {
  removeSecret as deleteSecret,
  storeSecret as writeSecret,
  type WriteFailure,
} from '../core/secrets/secret-writer.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';
import { runToolWith } from './tool-run.ts';

export function requireSecretName(name: string): void {
  const fault = secretNameFault(name);
  if (fault !== null) throw usageFailure(`${JSON.stringify(name)} ${fault}`);
}

const toolsOf = (context: CommandContext): ReaderParts => ({
  run: ({ argv, input }) => runToolWith(context, argv, { timeoutMs: toolTimeoutMs, input }),
  platform: context.platform,
});

/** The answers to ssh that the user wanted to keep. */
export const rememberedNames = ({ paths, tell }: CommandContext): RememberedNames =>
  new RememberedNames(paths.stateDirectory, { ...silentLogger, warn: tell, error: tell });

export const lookUpSecret = (
  context: CommandContext,
  reference: SecretReference,
): Promise<Result<string, Cause>> => readSecret(reference, toolsOf(context));

/** Fails unless the same value can be read back. */
export async function storeSecret(context: CommandContext, name: string, password: string): Promise<void> {
  const stored = await writeSecret(name, password, toolsOf(context));
  if (!stored.ok) throw writeFailure(stored.error, 'was not stored');
}

export async function removeSecret(context: CommandContext, name: string): Promise<void> {
  const found = await lookUpSecret(context, { kind: 'keychain', name });
  if (!found.ok && found.error.code !== 'secret-unreadable')
    throw new CommandFailure(found.error.title, { hint: hintOf(found.error) });
  const removed = await deleteSecret(name, toolsOf(context));
  if (!removed.ok) throw writeFailure(removed.error, 'was not removed');
}

/** The fix for a missing secret is to store one, which is no fix for its removal. */
const hintOf = (cause: Cause): string | null => (cause.code === 'secret-missing' ? null : cause.remedy);

const writeFailure = ({ program, isMissing, reason }: WriteFailure, what: string): CommandFailure =>
  isMissing
    ? new CommandFailure(`${program} was not found`, { hint: missingHints[program] ?? null })
    : new CommandFailure(`the password ${what}: ${reason}`);

const missingHints: Readonly<Record<string, string>> = {
  'secret-tool':
    'Install it (package libsecret-tools or libsecret), or write password: ${NAME} in the config.',
};
