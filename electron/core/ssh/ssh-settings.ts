/** A connection's ssh_config settings as printed by `ssh -G`, which does not connect. */
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild, type QueryAnswer } from '../process/child-query.ts';
import { sshSettingsArgv, type SshConnection } from './ssh-command.ts';

export interface SshSettingsTerms {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  /** ssh only reads its configuration. Only a program of a `Match exec`, or a name lookup, takes longer. */
  readonly timeoutMs: number;
}

/** Never rejects. */
export function querySshSettings(connection: SshConnection, terms: SshSettingsTerms): Promise<QueryAnswer> {
  const request = { name: `ssh -G ${connection.host}`, argv: sshSettingsArgv(connection) };
  return askChild(request, { ...terms, signal: new AbortController().signal });
}

/** One setting in ssh's output; null: it is missing or `none`. */
export function sshSetting(lines: readonly string[], name: string): string | null {
  const start = `${name} `;
  const value = lines.find((line) => line.startsWith(start))?.slice(start.length);
  return value === undefined || value === 'none' ? null : value;
}

/** All values of a setting that may occur several times. */
export function sshSettingValues(lines: readonly string[], name: string): readonly string[] {
  const start = `${name} `;
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
}

const proxyTimeoutMs = 2_000;

/**
 * Whether the configuration makes ssh reach this host through another program, such as a jump host's ssh. Never
 * rejects.
 */
export async function isBehindProxy(
  connection: SshConnection,
  { launcher, clock }: Omit<SshSettingsTerms, 'timeoutMs'>,
): Promise<boolean> {
  const answer = await querySshSettings(connection, { launcher, clock, timeoutMs: proxyTimeoutMs });
  if (answer.kind !== 'answered') return false;
  return ['proxyjump', 'proxycommand'].some((name) => sshSetting(answer.output, name) !== null);
}
