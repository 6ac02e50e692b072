/** What a hostile API server may cost: requests to a server on a Unix socket that answers as the test says. */
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { Scope } from '../scope.ts';
import type { KubeApi } from './kube-api.ts';
import { createKubeRequests } from './kube-requests.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

async function apiOf(answer: http.RequestListener): Promise<KubeApi> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'localport-requests-'));
  scope.own('directory', () => rm(directory, { recursive: true }));
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(path.join(directory, 'api'), resolve));
  scope.own('server', () => new Promise<void>((resolve) => void server.close(() => resolve())));
  return createKubeRequests(path.join(directory, 'api'), systemClock);
}

/** The longest time in which the event loop ran nothing else, in ms. */
async function longestStall(work: Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await work;
  delay.disable();
  return delay.max / 1e6;
}

/** 30 MB of empty lists in place of items took 10 s, and 5 s on a fast machine. */
const acceptableMs = 1_000;

it.each([
  ['empty lists', `{"items":[${'[],'.repeat(10_000_000)}0]}`],
  ['depth', '['.repeat(16_000_000)],
  ['empty mappings in a list', `[${'{},'.repeat(10_000_000)}0]`],
])('an answer of megabytes stalls nothing: %s', async (_, text) => {
  const api = await apiOf((_request, response) => response.end(text));
  expect(
    await longestStall(
      api.get('/').then((answer) => {
        expect(answer).toEqual({ status: 200, body: 'the answer is too complex to be read' });
      }),
    ),
  ).toBeLessThan(acceptableMs);
});

it('a complex event ends its watch, without a stall', async () => {
  const api = await apiOf((_request, response) => response.end(`[${'[],'.repeat(1_200_000)}0]\n`));
  const events: unknown[] = [];
  const { signal } = new AbortController();
  expect(
    await longestStall(
      api
        .watch('/', (event) => events.push(event), signal)
        .then((end) => {
          expect(end).toEqual({ kind: 'failed', reason: 'the answer is too complex to be read' });
        }),
    ),
  ).toBeLessThan(acceptableMs);
  expect(events).toEqual([]);
});

it('events of a flood leave turns to others', async () => {
  const api = await apiOf((_request, response) => response.end('{"type":"ADDED"}\n'.repeat(1_000)));
  const { signal } = new AbortController();
  let [turns, events] = [0, 0];
  const count = (): void => {
    turns += 1;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  expect(await api.watch('/', () => (events += 1), signal)).toEqual({ kind: 'closed' });
  clearImmediate(turning);
  expect(events).toBe(1_000);
  expect(turns).toBeGreaterThan(500);
});

it('an event in many small pieces is read once it is complete, and refused if it never is', async () => {
  const pieces = 4_000;
  const api = await apiOf(({ url }, response) => {
    response.write('"');
    let left = pieces;
    const write = (): void => {
      left -= 1;
      response.write('ä'.repeat(1_000));
      if (left > 0) setImmediate(write);
      else response.end(url === '/whole' ? '"\n"next"\n' : 'x'.repeat(8 * 1024 * 1024));
    };
    write();
  });
  const events: unknown[] = [];
  const { signal } = new AbortController();
  expect(await api.watch('/whole', (event) => events.push(event), signal)).toEqual({ kind: 'closed' });
  expect(events.map((event) => String(event).length)).toEqual([pieces * 1_000, 4]);
  expect(await api.watch('/endless', () => undefined, signal)).toEqual({
    kind: 'failed',
    reason: 'an event of more than 4194304 characters',
  });
}, 20_000);
