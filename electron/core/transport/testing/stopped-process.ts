/** Stops a process with SIGSTOP and waits until it is stopped: the signal takes effect after a moment. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';

const run = promisify(execFile);

export async function stopProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await eventually(`${String(pid)} is stopped`, async () => (await stateOf(pid)).startsWith('T'));
}

export async function continueProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGCONT');
  await eventually(`${String(pid)} runs again`, async () => !(await stateOf(pid)).startsWith('T'));
}

const stateOf = async (pid: number): Promise<string> =>
  (await run('ps', ['-o', 'stat=', '-p', String(pid)])).stdout.trim();
