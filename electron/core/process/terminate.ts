import { type Clock, sleep, withDeadline } from '../clock.ts';
import type { GroupControl } from './process-group.ts';

/** How long a child may take to end after the polite signal. */
export const politeDeadlineMs = 2_000;
/** After SIGKILL. Only a process that waits inside the kernel, for a dead volume for example, takes longer, possibly forever. */
const killDeadlineMs = 2_000;

export interface Termination {
  readonly pgid: number;
  readonly groups: GroupControl;
  /** Settles when the leader is reaped and its group is gone. */
  readonly gone: Promise<unknown>;
  readonly politeSignal: 'SIGTERM' | 'SIGINT';
  /** Aborting it kills the group at once; if it is aborted from the start, there is no polite signal. */
  readonly force: AbortSignal;
  readonly clock: Clock;
}

/** Polite signal to the whole group, deadline, KILL. Resolves after `gone`, or when even that does not end the group. */
export async function terminate(termination: Termination): Promise<'gone' | 'survived'> {
  const { pgid, groups, gone, politeSignal, force, clock } = termination;
  const settled = new AbortController();
  const goneFirst = gone.then(() => {
    settled.abort();
  });
  if (!force.aborted) {
    groups.signal(pgid, politeSignal);
    // A stopped process handles no signal but this one and SIGKILL.
    groups.signal(pgid, 'SIGCONT');
    await sleep(clock, politeDeadlineMs, force, settled.signal);
  }
  if (settled.signal.aborted) return 'gone';
  groups.signal(pgid, 'SIGKILL');
  return (await withDeadline(clock, killDeadlineMs, goneFirst)) === 'deadline' ? 'survived' : 'gone';
}
