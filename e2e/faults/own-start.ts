/** How long a tunnel's command takes alone, from its start until its endpoint exists, in ms. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { echoPort } from '../fixtures/echo-service.ts';
import type { RemoteHost } from './remote-host.ts';
import type { FaultWorld } from './fault-world.ts';
import { delay, nowMs } from './monotonic.ts';
import { percentile } from './requests.ts';

const pollMs = 2;
const deadlineMs = 10_000;

export const sshOwnStart = (world: FaultWorld, { sshd, echo }: RemoteHost, runs: number): Promise<number> =>
  medianOf(runs, async () => {
    const socket = newSocketPath();
    const forward = ['-N', '-o', 'BatchMode=yes', '-L', `${socket}:${echo.host}:${echo.port}`];
    const argv = ['ssh', ...forward, '-p', String(sshd.port), `${sshd.user}@${sshd.host}`];
    return run(world, argv, () => appears(socket));
  });

export const commandOwnStart = (world: FaultWorld, argv: readonly string[], runs: number): Promise<number> =>
  medianOf(runs, async () => {
    const socket = newSocketPath();
    return run(
      world,
      argv.map((word) => word.replace('{socket}', socket)),
      () => appears(socket),
    );
  });

export const kubectlOwnStart = (world: FaultWorld, runs: number): Promise<number> =>
  medianOf(runs, () => {
    const argv = ['kubectl', 'port-forward', '--address=127.0.0.1', 'service/echo', `:${echoPort}`];
    return run(world, argv, async (lines) => {
      for await (const line of lines) if (line.startsWith('Forwarding from')) return;
    });
  });

async function run(
  world: FaultWorld,
  argv: readonly string[],
  isReady: (lines: AsyncIterable<string>) => Promise<void>,
): Promise<number> {
  const [program, ...args] = [...world.machine.prefix, ...argv];
  const startedAt = nowMs();
  const env = { ...world.env, HOME: world.daemon.home };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  await isReady(createInterface({ input: child.stdout }));
  const took = nowMs() - startedAt;
  child.kill('SIGKILL');
  await exited;
  return took;
}

let sockets = 0;
const newSocketPath = (): string => path.join(os.tmpdir(), `own-start-${(sockets += 1)}`);

async function appears(file: string): Promise<void> {
  const until = nowMs() + deadlineMs;
  while (!existsSync(file)) {
    if (nowMs() > until) throw new Error(`${file} does not appear`);
    await delay(pollMs);
  }
}

async function medianOf(runs: number, measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  while (times.length < runs) times.push(await measure());
  return percentile(times, 0.5);
}
