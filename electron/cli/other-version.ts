/** A LocalPort of another version that is still running, as after an update. */
import type { HostInfo, Snapshot } from '../../shared/service-snapshot.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import { isOlderVersion } from '../core/version-order.ts';
import { version } from '../version.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { exitCode } from './exit-code.ts';
import { answerOf } from './host-connection.ts';
import { showCount } from './output/quantity.ts';

/** The finding, and what to do about it; null: it has this version. */
export function otherVersion(running: string): readonly [found: string, advice: string] | null {
  if (running === version) return null;
  const advice = isOlderVersion(running, version)
    ? 'to use the new version, run localport daemon restart'
    : 'this command is out of date';
  return [`LocalPort ${running} is running, and this command is ${version}`, advice];
}

/** For commands that leave it running. */
export function tellOtherVersion({ tell }: CommandContext, { version: running }: HostInfo): void {
  const found = otherVersion(running);
  if (found !== null) tell(found.join(': '));
}

/**
 * For commands that are about to use LocalPort: replaces an older daemon with one of this version, with its services as
 * they were. It does not replace the app, which its user sees; nor a daemon with open connections, unless the user
 * agrees; nor one whose config would have to be trusted first. Resolves to the client to continue with.
 */
export async function replaceOlderDaemon(
  context: CommandContext,
  client: ControlClient,
): Promise<ControlClient> {
  const { kind, version: running } = client.host;
  if (running === version) return client;
  if (!isOlderVersion(running, version) || kind !== 'headless') return kept(context, client);
  const snapshot = answerOf(await client.request('snapshot', {}));
  if (snapshot.config.status === 'untrusted' || !(await mayInterrupt(context, running, snapshot)))
    return kept(context, client);
  context.tell(`LocalPort ${running} is running: replacing it with ${version}`);
  const { relaunchDaemon } = await import('./host-relaunch.ts');
  const replaced = await relaunchDaemon(context, client);
  if (replaced === null) throw new CommandFailure('interrupted', { code: exitCode.interrupted });
  // Its agent or unit names another program.
  if (isOlderVersion(replaced.host.version, version))
    context.tell(`It is LocalPort ${replaced.host.version} again: run localport daemon install`);
  return replaced;
}

function kept(context: CommandContext, client: ControlClient): ControlClient {
  tellOtherVersion(context, client.host);
  return client;
}

async function mayInterrupt(
  { confirm }: CommandContext,
  running: string,
  { services }: Snapshot,
): Promise<boolean> {
  const open = services.reduce((sum, { connections, held }) => sum + connections + held, 0);
  if (open === 0) return true;
  if (confirm === undefined) return false;
  return confirm(
    `LocalPort ${running} is running. Replace it with ${version}, which ends ${showCount(open, 'open connection')}? [y/N] `,
  );
}
