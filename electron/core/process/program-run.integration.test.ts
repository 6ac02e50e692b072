import { expect, test } from 'vitest';
import { identifyProcesses } from './process-identity.ts';
import { runProgram } from './program-run.ts';

const terms = { env: { PATH: process.env['PATH'] }, timeoutMs: 1_500, maxOutputBytes: 1024 };
/** A shell that prints the process ID of a child, which holds the shell's pipes open. */
const shell = (rest: string) => ['/bin/sh', '-c', `sleep 61 & echo $!; ${rest}`] as const;

const isRunning = async (pid: number): Promise<boolean> => (await identifyProcesses([pid])).has(pid);

test('a program that takes too long is killed with its child, and what it printed is returned', async () => {
  const run = await runProgram([...shell('wait')], terms);
  expect(run).toMatchObject({ exitCode: null, hasTimedOut: true, startError: null });
  expect(Number(run.stdout)).toBeGreaterThan(1);
  await expect.poll(() => isRunning(Number(run.stdout))).toBe(false);
});

test('a program that has exited is not waited for by way of a child that it left behind', async () => {
  const run = await runProgram([...shell('exit 3')], { ...terms, timeoutMs: 60_000 });
  expect(run).toMatchObject({ exitCode: 3, hasTimedOut: false });
  expect(await isRunning(Number(run.stdout))).toBe(true);
  process.kill(Number(run.stdout));
});

test('an aborted signal kills the program and its child', async () => {
  const run = runProgram([...shell('wait')], {
    ...terms,
    timeoutMs: 60_000,
    signal: AbortSignal.timeout(1_500),
  });
  const { stdout, ...rest } = await run;
  expect(rest).toMatchObject({ exitCode: null, hasTimedOut: false });
  expect(Number(stdout)).toBeGreaterThan(1);
  await expect.poll(() => isRunning(Number(stdout))).toBe(false);
});

test('a program that cannot be started says why', async () => {
  const run = await runProgram(['/no/such/program'], terms);
  expect(run.startError?.code).toBe('ENOENT');
});
