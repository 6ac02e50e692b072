/** What ssh_config says of a connection, asked of ssh itself: `ssh -G` prints it and connects to nothing. */
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild, type QueryAnswer } from '../process/child-query.ts';
import { sshSettingsArgv, type SshConnection } from './ssh-command.ts';

export interface SshSettingsTerms {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  /** ssh only reads its configuration: longer takes a program that it runs for a `Match exec`, or a name server. */
  readonly timeoutMs: number;
}

/** Never rejects. */
export function askSshSettings(connection: SshConnection, terms: SshSettingsTerms): Promise<QueryAnswer> {
  const request = { name: `ssh -G ${connection.host}`, argv: sshSettingsArgv(connection) };
  return askChild(request, { ...terms, signal: new AbortController().signal });
}

/** One setting in the lines that ssh has printed; null: there is none, or it is `none`. */
export function sshSetting(lines: readonly string[], name: string): string | null {
  const start = `${name} `;
  const value = lines.find((line) => line.startsWith(start))?.slice(start.length);
  return value === undefined || value === 'none' ? null : value;
}

/** All values of a setting that may stand there several times. */
export function sshSettings(lines: readonly string[], name: string): readonly string[] {
  const start = `${name} `;
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
}

const proxyTimeoutMs = 2_000;

/** Whether ssh reaches this host through another program, a jump host's ssh say, by its own configuration. Never rejects. */
export async function isBehindProxy(
  connection: SshConnection,
  { launcher, clock }: Omit<SshSettingsTerms, 'timeoutMs'>,
): Promise<boolean> {
  const answer = await askSshSettings(connection, { launcher, clock, timeoutMs: proxyTimeoutMs });
  if (answer.kind !== 'answered') return false;
  return ['proxyjump', 'proxycommand'].some((name) => sshSetting(answer.output, name) !== null);
}
