/** The call to the host, in a separate file so that commands without a host do not load it. */
import type { ControlError } from '../../shared/control-contract.ts';
import { err, type Result } from '../../shared/result.ts';
import { sleep, type Clock } from '../core/clock.ts';
import type { AppPaths } from '../core/config/app-paths.ts';
import {
  connectControl,
  defaultConnectTimeoutMs,
  silentHost,
  type ControlClient,
} from '../core/control/control-client.ts';
import { controlSocketPath, hostLockPaths } from '../core/control/control-paths.ts';
import type { LockHolder } from '../core/control/host-lock.ts';

export interface HostCall {
  readonly paths: AppPaths;
  readonly clock: Clock;
  readonly version: string;
  /** How long to wait for a host that is running but cannot be reached. */
  readonly patienceMs?: number;
}

/** How long a host may take to start, to stop, or to open a removed socket again, which takes 5 s (`control-server.ts`). */
const fullPatienceMs = 7_000;
const pollMs = 20;

/** Errors that the process of the host explains. */
const unreached: ReadonlySet<ControlError['code']> = new Set([
  'not-running',
  'version-mismatch',
  'timed-out',
]);

/**
 * A host that was started in another session may have another runtime folder: its lock says where it listens. A host
 * that is alive but not reachable is not the same as no host: a cleanup of the runtime folder may have removed its
 * socket.
 */
export async function callHost({
  paths,
  clock,
  version,
  patienceMs = fullPatienceMs,
}: HostCall): Promise<Result<ControlClient, ControlError>> {
  const connect = (socketPath: string) =>
    connectControl({
      socketPath,
      clock,
      version,
      connectTimeoutMs: Math.min(patienceMs, defaultConnectTimeoutMs),
    });
  const called = await connect(controlSocketPath(paths));
  if (called.ok || !unreached.has(called.error.code)) return called;
  // Loaded only when needed: not if a host answers.
  const { findLockHolder } = await import('../core/control/host-lock.ts');
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const holders = await Promise.all(hostLockPaths(paths).map((path) => findLockHolder(path)));
    const holder = holders.find((found) => found !== null) ?? null;
    if (holder === null) return called;
    const { socketPath, pid } = holder;
    const isElsewhere = called.error.code === 'not-running';
    const answer = isElsewhere ? await connect(socketPath) : called;
    if (answer.ok) return answer;
    const { code } = answer.error;
    if (code === 'timed-out') return err(await silentHost(pid, 'is running but not responding'));
    if (code === 'version-mismatch') return err(namedMismatch(answer.error, holder));
    if (code !== 'not-running') return answer;
    if (clock.now() > deadline)
      return err(await silentHost(pid, `is running, but nothing is listening at ${socketPath}`));
    await sleep(clock, pollMs);
  }
}

/** No command of this version can stop such a host. */
const namedMismatch = ({ code, message }: ControlError, { version, pid }: LockHolder): ControlError => ({
  code,
  message: `${message} (LocalPort ${version} runs as process ${pid}; to end it: kill ${pid})`,
});
