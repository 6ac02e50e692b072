/** Stands in for a host: takes the lock in its one argument, prints the result, and waits to be killed. */
import { systemClock } from '../../clock.ts';
import { takeHostLock } from '../host-lock.ts';

async function main(path: string): Promise<void> {
  const lock = await takeHostLock({
    paths: [path],
    kind: 'headless',
    version: '0',
    socketPath: '/none',
    now: systemClock.wallNow(),
  });
  console.log(lock.ok ? 'taken' : lock.error.message);
  systemClock.after(600_000, () => undefined);
}

void main(process.argv[2] ?? '');
