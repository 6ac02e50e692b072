import { type Clock, sleep } from '../clock.ts';
import { signalGroup } from './process-group.ts';

/** How long a child may take over a polite request. */
export const politeDeadlineMs = 2_000;

export interface Termination {
  readonly pgid: number;
  /** Settles when the leader is reaped and its group is gone. */
  readonly gone: Promise<unknown>;
  readonly politeSignal: 'SIGTERM' | 'SIGINT';
  /** Aborting it ends the patience at once; aborted from the start there is no polite request. */
  readonly force: AbortSignal;
  readonly clock: Clock;
}

/** Polite signal to the whole group, deadline, KILL. Resolves after `gone`. */
export async function terminate({ pgid, gone, politeSignal, force, clock }: Termination): Promise<void> {
  const settled = new AbortController();
  const patience = AbortSignal.any([force, settled.signal]);
  const goneFirst = gone.then(() => {
    settled.abort();
  });
  if (!force.aborted) {
    signalGroup(pgid, politeSignal);
    // A stopped process handles no signal but this one and SIGKILL.
    signalGroup(pgid, 'SIGCONT');
    await sleep(clock, politeDeadlineMs, patience);
  }
  if (!settled.signal.aborted) signalGroup(pgid, 'SIGKILL');
  await goneFirst;
}
