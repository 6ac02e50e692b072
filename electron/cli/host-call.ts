/** The call to the host, in a file of its own so that commands without a host load none of it. */
import type { ControlError } from '../../shared/control-contract.ts';
import type { Result } from '../../shared/result.ts';
import type { Clock } from '../core/clock.ts';
import type { AppPaths } from '../core/config/app-paths.ts';
import { connectControl, type ControlClient } from '../core/control/control-client.ts';
import { controlSocketPath, hostLockPath } from '../core/control/control-paths.ts';

export interface HostCall {
  readonly paths: AppPaths;
  readonly clock: Clock;
  readonly version: string;
}

/** A host that was started in another session may have another runtime folder: its lock says where it listens. */
export async function callHost({
  paths,
  clock,
  version,
}: HostCall): Promise<Result<ControlClient, ControlError>> {
  const socketPath = controlSocketPath(paths);
  const called = await connectControl({ socketPath, clock, version });
  if (called.ok || called.error.code !== 'not-running') return called;
  // Loaded by need: a host that answers is spared it.
  const { findLockHolder } = await import('../core/control/host-lock.ts');
  const holder = await findLockHolder(hostLockPath(paths));
  if (holder === null || holder.socketPath === socketPath) return called;
  return connectControl({ socketPath: holder.socketPath, clock, version });
}
