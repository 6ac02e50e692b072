import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TargetProbe } from '../../../../shared/service-spec.ts';
import { Scope } from '../../scope.ts';
import { ask, httpSpec, redis, ssh } from './testing/ask.ts';
import { outcomeOf } from './testing/outcome.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(async () => {
  await scope.close();
});

/** In its own thread, so that it answers while the probe's thread is blocked. */
const server = `
  const { parentPort, workerData } = require('node:worker_threads');
  require('node:net')
    .createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(workerData.shift() ?? ''));
    })
    .listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

async function answering(
  workerData: readonly string[],
): Promise<{ kind: 'tcp'; host: string; port: number }> {
  const worker = new Worker(server, { eval: true, workerData });
  scope.own('worker', async () => {
    await worker.terminate();
  });
  const [port] = (await once(worker, 'message')) as [number];
  return { kind: 'tcp', host: '127.0.0.1', port };
}

/** Like a stopped process (SIGSTOP), a sleeping computer or an overloaded machine. */
const standStill = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

describe('a check in a process that was stalled for longer than its timeout', () => {
  it.each([
    ['redis, of two round trips', { ...redis, password: 'secret' }, ['+OK\r\n', '+PONG\r\n']],
    ['http', httpSpec(), ['HTTP/1.1 200 OK\r\n\r\n']],
  ] as [string, TargetProbe, string[]][])(
    'passes with the answers that came: %s',
    async (_, spec, answers) => {
      const endpoint = await answering(answers);
      const result = ask(endpoint, spec, { timeoutMs: 400 });
      // After the connection has started, and past the deadline.
      await new Promise((resolve) => setImmediate(resolve));
      standStill(600);
      expect(outcomeOf(await result)).toBe('passed');
    },
  );

  it('still ends when nothing arrives', async () => {
    const endpoint = await answering([]);
    const startedAt = performance.now();
    const result = ask(endpoint, ssh, { timeoutMs: 400 });
    standStill(600);
    expect(outcomeOf(await result)).toBe('timed-out');
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
