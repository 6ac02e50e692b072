import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findOnPath } from './find-on-path.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'path-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const program = (name: string): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
};

it('finds a program, not a folder or a text file of that name', async () => {
  mkdirSync(path.join(folder, 'a/ssh'), { recursive: true });
  mkdirSync(path.join(folder, 'b'));
  writeFileSync(path.join(folder, 'b/ssh'), '');
  const PATH = ['', 'relative', 'a', 'b', 'c'].map((name) => name && path.join(folder, name)).join(':');
  expect(await findOnPath('ssh', { PATH })).toBeNull();
  expect(await findOnPath(path.join(folder, 'a/ssh'), { PATH })).toBeNull();
  const file = program('c/ssh');
  expect(await findOnPath('ssh', { PATH })).toBe(file);
  expect(await findOnPath(file, {})).toBe(file);
});
