import type { Duplex } from 'node:stream';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import { sleep, systemClock } from '../../clock.ts';

const stableMs = 300;

/** Resolves when a number has grown and has then not changed for a while. */
export function whenStable(what: string, read: () => number): Promise<void> {
  return eventually(`${what} is stable`, async () => {
    const before = read();
    await sleep(systemClock, stableMs);
    return before > 0 && read() === before;
  });
}

/** Reads a stream to its end; resolves when it is closed, to the error that ended it. */
export function endedBy(stream: Duplex): Promise<Error | null> {
  return new Promise((resolve) => {
    const settle = (): void => {
      resolve(stream.errored);
    };
    stream.on('error', () => undefined);
    if (stream.closed) settle();
    else stream.once('close', settle);
    stream.resume();
  });
}
