import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogLineQuery } from './log-query.ts';
import { OpenLog } from './open-log.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'open-log-'));
  file = path.join(folder, 'db.log');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const all: LogLineQuery = { tailLines: null, since: null, until: null, grep: null };
const olderFile = (): string => path.join(folder, 'db.old.log');
const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `line ${from + i} ${'ä'.repeat(i % 200)}\n`).join('');

function opened(): OpenLog {
  const log = OpenLog.open(file);
  if (log === null) throw new Error('there is no log');
  return log;
}

async function read(log: OpenLog, query: Partial<LogLineQuery> = {}): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const batch of log.lines({ ...all, ...query })) {
    expect(batch.length).toBeLessThanOrEqual(500);
    lines.push(...batch);
  }
  log.close();
  return lines.map((line) => line.trimEnd());
}

describe('an open log', () => {
  it('is null if there is no file', () => {
    expect(OpenLog.open(file)).toBeNull();
  });

  it('yields its older part and itself, in batches of complete lines', async () => {
    writeFileSync(olderFile(), numbered(0, 3_000));
    writeFileSync(file, numbered(3_000, 6_000));
    const expected = `${numbered(0, 3_000)}${numbered(3_000, 6_000)}`.trimEnd().split('\n');
    expect(await read(opened())).toEqual(expected.map((line) => line.trimEnd()));
  });

  it('yields its content at the time of opening, even if it is written to and rotated in the meantime', async () => {
    writeFileSync(olderFile(), 'oldest\n');
    writeFileSync(file, numbered(0, 3_000));
    const log = opened();
    appendFileSync(file, 'too late\n');
    renameSync(file, olderFile());
    writeFileSync(file, 'too late\n');
    const lines = await read(log);
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([
      3_001,
      'oldest',
      numbered(0, 3_000).trimEnd().split('\n').at(-1)?.trimEnd(),
    ]);
  });

  it.each([
    [0, []],
    [2, ['line 2999', 'line 3000']],
    [9_999_999, null],
  ])('yields the last %i lines', async (tailLines, expected) => {
    writeFileSync(file, Array.from({ length: 3_000 }, (_, i) => `line ${i + 1}\n`).join(''));
    const lines = await read(opened(), { tailLines });
    expect(expected === null ? lines.length : lines).toEqual(expected ?? 3_000);
  });

  it('searches', async () => {
    writeFileSync(file, '2026-01-01T00:00:00.000Z info  One\n2026-01-02T00:00:00.000Z info  one\n');
    expect(await read(opened(), { grep: 'ONE', since: Date.UTC(2026, 0, 2) })).toEqual([
      '2026-01-02T00:00:00.000Z info  one',
    ]);
  });

  it('yields an endless line in pieces', async () => {
    writeFileSync(file, 'x'.repeat(1_000_000));
    const lines = await read(opened());
    expect([lines.join('').length, lines.length > 1]).toEqual([1_000_000, true]);
  });
});
