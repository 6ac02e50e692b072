import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import type { Snapshot } from '../../shared/service-snapshot.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { aService, aSnapshot, offService } from '../shell/testing/snapshots.ts';
import type { GlobalOptions } from './command-context.ts';
import { createContext } from './command-line.ts';
import { watchStatus } from './status-watch.ts';
import { fakeClient } from './testing/fake-client.ts';
import { testSurroundings } from './testing/test-context.ts';

/** What is written for each snapshot that a host shows, one at a time. */
async function watch(
  snapshots: readonly Snapshot[],
  { isTTY = true, output }: { readonly isTTY?: boolean; readonly output?: GlobalOptions['output'] } = {},
): Promise<readonly string[]> {
  const written: string[] = [];
  const surroundings = testSurroundings({
    clock: new FakeClock(),
    stdout: { write: (text) => written.push(text), isTTY },
  });
  const client = fakeClient({
    stream: (_name, _params, onEvent) => {
      for (const snapshot of snapshots) onEvent(snapshot as never);
      return Promise.resolve(ok(undefined));
    },
  });
  const context = createContext({ color: false, ...(output === undefined ? {} : { output }) }, surroundings);
  await watchStatus(context, client, { interval: undefined, select: (report) => report });
  return written;
}

describe('the watched status', () => {
  const snapshots = [aSnapshot(aService('db'), aService('web')), aSnapshot(offService('db'))];

  it('is drawn over the picture before on a terminal: each line to its end, and what was below it', async () => {
    const pictures = await watch(snapshots);
    expect(pictures).toHaveLength(2);
    for (const picture of pictures) {
      expect(picture.startsWith('\u001b[H')).toBe(true);
      expect(picture.endsWith('\u001b[K\n\u001b[J')).toBe(true);
      expect(
        picture
          .split('\n')
          .slice(0, -1)
          .every((line) => line.endsWith('\u001b[K')),
      ).toBe(true);
    }
    expect(pictures[1]).toContain('○  db    off');
    expect(pictures[1]).not.toContain('web');
  });

  it('is an object on a line for each change as JSON, on a terminal too', async () => {
    const lines = (await watch(snapshots, { output: 'json' })).join('').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Snapshot).services.length)).toEqual([2, 1]);
  });

  it('draws over nothing where it writes into a file', async () => {
    expect((await watch(snapshots, { isTTY: false })).join('')).not.toContain('\u001b');
  });
});
