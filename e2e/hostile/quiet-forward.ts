/** A forward that is not attacked, and a client that sends requests all the time. */
import { performance } from 'node:perf_hooks';
import type { Scope } from '../../electron/core/scope.ts';
import { percentile } from '../faults/requests.ts';
import { delay } from '../faults/monotonic.ts';
import { exchange, freePort, startEchoServer } from '../fixtures/servers.ts';

const everyMs = 10;

export interface QuietForward {
  readonly port: number;
  readonly targetPort: number;
  /** An entry of a config, which is JSON. */
  readonly entry: object;
}

export interface Requests {
  readonly count: number;
  readonly failed: number;
  /** Time to an answer, including the connection. */
  readonly p95Ms: number;
}

export async function prepareQuietForward(scope: Scope): Promise<QuietForward> {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  const port = await freePort();
  const entry = {
    name: 'quiet',
    technology: 'tcp',
    local_port: port,
    remote_port: target.port,
    connection: { host: target.host },
  };
  return { port, targetPort: target.port, entry };
}

/** Sends requests one after another for this long. */
export async function askFor({ port }: QuietForward, durationMs: number): Promise<Requests> {
  const times: number[] = [];
  let failed = 0;
  const until = performance.now() + durationMs;
  while (performance.now() < until) {
    const startedAt = performance.now();
    const answer = await exchange({ host: '127.0.0.1', port }, 'ping').catch(() => null);
    if (answer === 'ping') times.push(performance.now() - startedAt);
    else failed += 1;
    await delay(everyMs);
  }
  return { count: times.length + failed, failed, p95Ms: percentile(times, 0.95) };
}
