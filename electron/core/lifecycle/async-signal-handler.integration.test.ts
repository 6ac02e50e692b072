import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Interface, createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundleProgram } from '../process/testing/bundled-program.ts';

let folder: string;
let child: ChildProcessByStdio<null, Readable, null>;
let lines: Interface;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'localport-signals-'));
  const program = bundleProgram(join(import.meta.dirname, 'testing/signal-program.ts'), folder);
  child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  lines = createInterface(child.stdout);
  expect(await once(lines, 'line')).toEqual(['ready']);
});

afterEach(async () => {
  child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function answerTo(signal: NodeJS.Signals): Promise<unknown> {
  const line = once(lines, 'line');
  child.kill(signal);
  return ((await line) as unknown[])[0];
}

it('real signals trigger their actions, HUP three times, and the second INT ends the process', async () => {
  const answers: unknown[] = [];
  const signals = ['SIGHUP', 'SIGHUP', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGUSR2'] as const;
  for (const signal of signals) answers.push(await answerTo(signal));
  expect(answers).toEqual(['reload', 'reload', 'reload', 'reload', 'dump', 'stop by SIGTERM', 'dump']);
  const exited = once(child, 'exit');
  expect(await answerTo('SIGINT')).toBe('force by SIGINT');
  expect(await exited).toEqual([0, null]);
});
