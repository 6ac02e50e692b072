import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { outputOf } from './program-output.ts';
import { bundleProgram } from './testing/bundled-program.ts';

test.runIf(process.platform === 'linux')(
  'a host has 32 threads for names and files, and its children do not',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'localport-pool-'));
    const program = bundleProgram(path.join(import.meta.dirname, 'testing/wide-pool-program.ts'), folder);
    const limits = { timeoutMs: 10_000, maxOutputBytes: 1024 };
    expect(await outputOf([process.execPath, program], limits)).toBe('32 undefined');
    await rm(folder, { recursive: true });
  },
);
