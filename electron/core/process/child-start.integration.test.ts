import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { bundleProgram } from './testing/bundled-program.ts';
import { outputOf } from './program-output.ts';

const limits = { timeoutMs: 5_000, maxOutputBytes: 1024 };

test('a program starts although the folder that we were started in is gone', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'localport-folder-'));
  try {
    const program = bundleProgram(path.join(import.meta.dirname, 'testing/homeless-owner.ts'), folder);
    expect(await outputOf([process.execPath, program], limits)).toBe('started');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a failing program yields its output; a program that cannot be started, or takes too long, yields nothing', async () => {
  expect(await outputOf(['/bin/sh', '-c', 'echo some; exit 1'], limits)).toBe('some');
  expect(await outputOf(['/no/such/program'], limits)).toBe('');
  expect(await outputOf(['sleep', '60'], { ...limits, timeoutMs: 50 })).toBe('');
});
