import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFileStart } from './file-start.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'file-start-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('reads the first bytes of a file', async () => {
  writeFileSync(path.join(folder, 'key'), 'tortoise');
  expect(await readFileStart(path.join(folder, 'key'), 4)).toBe('tort');
});

it('reads neither a folder nor a missing file, and waits for no writer of a pipe', async () => {
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  for (const name of ['pipe', 'missing', '.'])
    expect(await readFileStart(path.join(folder, name), 4)).toBeNull();
});
