import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import type { Snapshot } from '../../shared/service-snapshot.ts';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { onScreen } from '../core/observability/visible-output.ts';
import { aService, aSnapshot, offService } from '../shell/testing/snapshots.ts';
import type { GlobalOptions } from './command-context.ts';
import { createContext } from './command-line.ts';
import { Picture, watchStatus } from './status-watch.ts';
import { fakeClient } from './testing/fake-client.ts';
import { testSurroundings } from './testing/test-context.ts';

/** The output for each snapshot that a host shows, one at a time. */
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
    stream: (_name, _params, { onEvent }) => {
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

  it('is drawn over the previous picture on a terminal', async () => {
    const [first = '', second = '', ...more] = await watch(snapshots);
    expect(more).toEqual([]);
    expect(second.startsWith(`\u001b[${first.split('\n').length - 1}A\r`)).toBe(true);
    expect(second).toContain('○  db    off');
    expect(second).not.toContain('web');
  });

  it('is one JSON object per line for each change, on a terminal too', async () => {
    const lines = (await watch(snapshots, { output: 'json' })).join('').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Snapshot).services.length)).toEqual([2, 1]);
  });

  it('prints nothing for a snapshot that changes nothing in it', async () => {
    const db = aSnapshot(aService('db'));
    const written = await watch([db, db, aSnapshot(offService('db')), db], { output: 'json' });
    expect(written.join('').trimEnd().split('\n')).toHaveLength(3);
  });

  it('draws over nothing if it writes to a file', async () => {
    expect((await watch(snapshots, { isTTY: false })).join('')).not.toContain('\u001b');
  });
});

const drawn = (rows: number | undefined, ...pictures: readonly (readonly string[])[]): readonly string[] => {
  const written: string[] = [];
  const picture = new Picture({ write: (text) => written.push(text), isTTY: true, rows });
  for (const lines of pictures) picture.draw(lines);
  return written.map((text) => onScreen(text).replaceAll('\u001b', '^'));
};

describe('a picture on a terminal', () => {
  it('is drawn over by the next one, line for line, and keeps the text above it', () => {
    expect(drawn(24, ['a', 'b'], ['c'], ['d', 'e'])).toEqual([
      '\r^[?7la^[K\nb^[K\n^[?7h^[J',
      '^[2A\r^[?7lc^[K\n^[?7h^[J',
      '^[1A\r^[?7ld^[K\ne^[K\n^[?7h^[J',
    ]);
  });

  it("is cropped to the terminal's height, as lines that scrolled off could not be redrawn; its summary is kept", () => {
    const [text = ''] = drawn(5, ['head', 'one', 'two', 'three', '', 'sum']);
    expect(text).toContain('head^[K\none^[K\n… 3 more lines^[K\nsum^[K\n');
    expect(text).not.toContain('two');
  });
});
