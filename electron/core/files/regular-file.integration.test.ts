import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRegularFile, readRegularFileSync } from './regular-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'regular-file-'));
  writeFileSync(path.join(folder, 'config'), 'text');
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const readers: readonly (readonly [string, typeof readRegularFile])[] = [
  ['later', readRegularFile],
  ['at once', (file, maxBytes) => Promise.resolve().then(() => readRegularFileSync(file, maxBytes))],
];

it.each(readers)('reads a file %s', async (_, read) => {
  expect(await read(path.join(folder, 'config'), 4)).toBe('text');
});

it.each(readers)('reads nothing else, and waits for nobody, %s', async (_, read) => {
  await expect(read(path.join(folder, 'pipe'), 4)).rejects.toThrow('is not a regular file');
  await expect(read('/dev/zero', 4)).rejects.toThrow('is not a regular file');
  await expect(read(folder, 4)).rejects.toThrow('is not a regular file');
  await expect(read(path.join(folder, 'config'), 3)).rejects.toThrow('is larger than 3 bytes');
  await expect(read(path.join(folder, 'missing'), 4)).rejects.toMatchObject({ code: 'ENOENT' });
});
