/** Handles a daemon of an earlier version that is still running when the app starts, as after an update. */
import type { StartRefusal } from '../control/host-lock.ts';
import type { Clock } from '../clock.ts';
import type { AppPaths } from '../config/app-paths.ts';
import { connectControl, type ControlClient } from '../control/control-client.ts';
import { controlSocketPath } from '../control/control-paths.ts';
import { isGoneWithin } from '../process/process-exit.ts';
import { identifyProcesses } from '../process/process-identity.ts';
import { isOlderVersion } from '../version-order.ts';

export interface OlderDaemonParts {
  readonly paths: AppPaths;
  readonly clock: Clock;
  /** The version of the app. */
  readonly version: string;
  /** Called only if connections are open, which would end. */
  readonly mayEndConnections: (question: string) => Promise<boolean>;
}

const exitTimeoutMs = 10_000;

/**
 * Call this if the app cannot start because another host is running. If that host is a daemon of an earlier version, stops
 * it and, once its process is gone, resolves to a sentence about it. null: the daemon stays, and the app cannot start. A
 * daemon under launchd or systemd exits while the app is running, and starts again at a login without the app.
 */
export async function stopOlderDaemon(
  { code }: StartRefusal,
  parts: OlderDaemonParts,
): Promise<string | null> {
  if (code !== 'runs-already') return null;
  const { paths, clock, version } = parts;
  const connected = await connectControl({ socketPath: controlSocketPath(paths), clock, version });
  if (!connected.ok) return null;
  const client = connected.value;
  try {
    return await stopWhereAllowed(client, parts);
  } finally {
    client.close();
  }
}

async function stopWhereAllowed(client: ControlClient, parts: OlderDaemonParts): Promise<string | null> {
  const { kind, version: running, pid } = client.host;
  if (kind !== 'headless' || !isOlderVersion(running, parts.version)) return null;
  const answer = await client.request('snapshot', {});
  if (!answer.ok) return null;
  const open = answer.value.services.reduce((sum, { connections, held }) => sum + connections + held, 0);
  const question = `LocalPort ${running} is running as the daemon. Replace it with this app, version ${parts.version}? This ends ${open === 1 ? '1 open connection' : `${open} open connections`}.`;
  if (open > 0 && !(await parts.mayEndConnections(question))) return null;
  const identity = (await identifyProcesses([pid])).get(pid);
  await client.stream('shutdown', { force: false }, { onEvent: () => undefined });
  const isGone =
    identity === undefined ||
    (await isGoneWithin(identity, { clock: parts.clock, timeoutMs: exitTimeoutMs }));
  return isGone ? `the daemon of LocalPort ${running} was running, and was replaced by this app` : null;
}
