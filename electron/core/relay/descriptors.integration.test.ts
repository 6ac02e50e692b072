import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../scope.ts';
import { bundleProgram } from '../process/testing/bundled-program.ts';
import { connectClient, echo, freePort, RemoteEnd } from './testing/loopback-peers.ts';
import type { TwoPorts } from './testing/two-ports-program.ts';

const attempts = 6000;

let scope: Scope;

beforeEach(() => {
  scope = new Scope('test');
});

afterEach(() => scope.close());

/** A host with two services and the given number of descriptors. `end` resolves to its log. */
async function startHost(descriptors: number, ports: TwoPorts) {
  const folder = await mkdtemp(join(tmpdir(), 'descriptors-'));
  scope.own('folder', () => rm(folder, { recursive: true, force: true }));
  const program = bundleProgram(new URL('testing/two-ports-program.ts', import.meta.url).pathname, folder);
  const command = `ulimit -n ${descriptors} && exec "$0" "$1" "$2"`;
  const child = spawn('sh', ['-c', command, process.execPath, program, JSON.stringify(ports)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  scope.own('host', () => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const limit = await next();
  const end = async (): Promise<readonly string[]> => {
    child.stdin.end();
    return JSON.parse(await next()) as readonly string[];
  };
  return { limit, end };
}

/** Clients that connect, send nothing and stay, a few hundred at a time. Returns how many were accepted or refused. */
function flood(port: number): () => number {
  let begun = 0;
  let settled = 0;
  const next = (): void => {
    if (begun === attempts) return;
    begun += 1;
    const socket = connect({ host: '127.0.0.1', port });
    scope.own('idle client', () => void socket.destroy());
    let isSettled = false;
    const settle = (): void => {
      settled += Number(!isSettled);
      if (!isSettled) next();
      isSettled = true;
    };
    socket.on('connect', settle).on('error', settle).resume();
  };
  for (let count = 0; count < 300; count++) next();
  return () => settled;
}

describe.runIf(process.platform === 'linux')('while one service gets 6,000 clients', () => {
  it.each([256, 1024])('another answers every request, with %i descriptors for all', async (descriptors) => {
    const remote = await RemoteEnd.listen('tcp', echo);
    scope.own('remote end', () => remote.close());
    const [crowded, other] = [await freePort(), await freePort()];
    const host = await startHost(descriptors, { ports: [crowded, other], endpoint: remote.endpoint });
    expect(host.limit).toBe(String(descriptors));

    const settled = flood(crowded);
    const answers: string[] = [];
    while (settled() < attempts || answers.length < 50) {
      const peer = await connectClient(other);
      peer.socket.end('request');
      answers.push(await peer.all());
      peer.socket.destroy();
    }
    expect(answers.filter((answer) => answer !== 'request')).toEqual([]);

    // The whole log: no failure to accept, and one line for a burst of refusals.
    const warnings = await host.end();
    const refused = warnings.flatMap((line) => /^(\d+) connections were refused/.exec(line)?.[1] ?? []);
    expect(warnings).toHaveLength(refused.length);
    expect(refused.length).toBeLessThanOrEqual(2);
    expect(refused.map(Number).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(attempts * 0.8);
  });
});
