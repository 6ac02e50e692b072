import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import { sshSettingsArgv, type SshConnection } from './ssh-command.ts';

/** ssh only reads its configuration: longer takes a program that it runs for a `Match exec`, or a name server. */
const timeoutMs = 2_000;

/** Whether ssh reaches this host through another program, a jump host's ssh say, by its own configuration. Never rejects. */
export async function isBehindProxy(
  connection: SshConnection,
  { launcher, clock }: { readonly launcher: ChildLauncher; readonly clock: Clock },
): Promise<boolean> {
  const { signal } = new AbortController();
  const request = { name: `ssh -G ${connection.host}`, argv: sshSettingsArgv(connection) };
  const answer = await askChild(request, { launcher, clock, timeoutMs, signal });
  if (answer.kind !== 'answered') return false;
  return answer.output.some((line) => /^(?:proxyjump|proxycommand) (?!none$)/.test(line));
}
