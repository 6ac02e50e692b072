/** The call to the host, in a file of its own so that commands without a host load none of it. */
import type { ControlError } from '../../shared/control-contract.ts';
import { err, type Result } from '../../shared/result.ts';
import { sleep, type Clock } from '../core/clock.ts';
import type { AppPaths } from '../core/config/app-paths.ts';
import { connectControl, type ControlClient } from '../core/control/control-client.ts';
import { controlSocketPath, hostLockPaths } from '../core/control/control-paths.ts';
import type { LockHolder } from '../core/control/host-lock.ts';

export interface HostCall {
  readonly paths: AppPaths;
  readonly clock: Clock;
  readonly version: string;
}

/** How long a host that starts or stops may take until it answers, or is gone. */
const patienceMs = 2_000;
const pollMs = 20;

/**
 * A host that was started in another session may have another runtime folder: its lock says where it listens. One that
 * lives and does not listen is no host that is not running: whoever cleans a runtime folder takes its socket away.
 */
export async function callHost({
  paths,
  clock,
  version,
}: HostCall): Promise<Result<ControlClient, ControlError>> {
  const called = await connectControl({ socketPath: controlSocketPath(paths), clock, version });
  if (called.ok || (called.error.code !== 'not-running' && called.error.code !== 'version-mismatch'))
    return called;
  // Loaded by need: a host that answers is spared it.
  const { findLockHolder } = await import('../core/control/host-lock.ts');
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const holders = await Promise.all(hostLockPaths(paths).map((path) => findLockHolder(path)));
    const holder = holders.find((found) => found !== null) ?? null;
    if (holder === null) return called;
    if (called.error.code === 'version-mismatch') return err(namedMismatch(called.error, holder));
    const { socketPath, pid } = holder;
    const answer = await connectControl({ socketPath, clock, version });
    if (answer.ok || answer.error.code !== 'not-running') return answer;
    if (clock.now() > deadline) {
      const message = `LocalPort is running as process ${pid}, but nothing is listening at ${socketPath}: end it with kill ${pid}`;
      return err({ code: 'timed-out', message });
    }
    await sleep(clock, pollMs);
  }
}

/** No command of this version can stop such a host. */
const namedMismatch = ({ code, message }: ControlError, { version, pid }: LockHolder): ControlError => ({
  code,
  message: `${message} (LocalPort ${version} runs as process ${pid}; to end it: kill ${pid})`,
});
