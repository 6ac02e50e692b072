import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundleProgram } from '../process/testing/bundled-program.ts';
import { makeSocketPair } from './socket-pair.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pair-'));
});

afterEach(() => rm(folder, { recursive: true }));

it('carries bytes in both directions, and leaves no file', async () => {
  const { ours, theirs } = await makeSocketPair(path.join(folder, 'x.pair'));
  const received = new Promise((resolve) => ours.once('data', resolve));
  theirs.end('there');
  expect(String(await received)).toBe('there');
  const answered = new Promise((resolve) => theirs.once('data', resolve).resume());
  ours.end('back');
  expect(String(await answered)).toBe('back');
  expect(await readdir(folder)).toEqual([]);
});

// Each pair keeps two descriptors, so that the last one lacks its listener, its first end or its second.
it.each([64, 65, 66])('fails when the process is out of descriptors: %i', async (descriptors) => {
  const program = bundleProgram(new URL('testing/socket-pairs-program.ts', import.meta.url).pathname, folder);
  const command = `ulimit -n ${String(descriptors)} && exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program, folder], {
    timeout: 10_000,
  });
  expect(stdout.trim()).toMatch(/^E[MN]FILE$/);
});
