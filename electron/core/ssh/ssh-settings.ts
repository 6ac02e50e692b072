/** A connection's ssh_config settings as printed by `ssh -G`, which does not connect. */
import type { SshConnection } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild, type QueryAnswer } from '../process/child-query.ts';
import { sshSettingsArgv } from './ssh-command.ts';

export interface SettingsTools {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
}

/** ssh only reads its configuration. Only a program of a `Match exec`, or a name lookup, takes longer. */
export const settingsTimeoutMs = 5_000;

/** Never rejects. */
export function querySshSettings(
  connection: SshConnection,
  { launcher, clock }: SettingsTools,
  timeoutMs = settingsTimeoutMs,
): Promise<QueryAnswer> {
  const request = { name: `ssh -G ${connection.host}`, argv: sshSettingsArgv(connection) };
  return askChild(request, { launcher, clock, timeoutMs, signal: new AbortController().signal });
}

/** The lines of ssh's output; null: it did not answer in time, or reported an error. Never rejects. */
export async function readSshSettings(
  connection: SshConnection,
  tools: SettingsTools,
  timeoutMs?: number,
): Promise<readonly string[] | null> {
  const answer = await querySshSettings(connection, tools, timeoutMs);
  return answer.kind === 'answered' && answer.exit.exitCode === 0 ? answer.output : null;
}

/** One setting in ssh's output; null: it is missing or `none`. */
export function sshSetting(lines: readonly string[], name: string): string | null {
  const [value] = sshSettingValues(lines, name);
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
export async function isBehindProxy(connection: SshConnection, tools: SettingsTools): Promise<boolean> {
  const settings = await readSshSettings(connection, tools, proxyTimeoutMs);
  return (
    settings !== null && ['proxyjump', 'proxycommand'].some((name) => sshSetting(settings, name) !== null)
  );
}
