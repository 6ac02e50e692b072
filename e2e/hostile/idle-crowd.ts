/** A large number of silent connections to one forward. */
import { once } from 'node:events';
import net from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Scope } from '../../electron/core/scope.ts';
import { median, reportAtMost, reportNone } from '../bench/figure.ts';
import { freePort } from '../fixtures/servers.ts';
import { askFor, prepareQuietForward } from './quiet-forward.ts';
import { WatchedDaemon } from './watched-daemon.ts';

const crowd = 6_000;
/** Fewer than the backlog of a listening socket. */
const atOnce = 100;
const watchMs = 5_000;
const statusRuns = 9;
const maxStatusMs = 150;

export async function measureIdleCrowd(scope: Scope): Promise<void> {
  const quiet = await prepareQuietForward(scope);
  const crowdedPort = await freePort();
  const crowded = { ...quiet.entry, name: 'crowded', local_port: crowdedPort };
  const { daemon } = await WatchedDaemon.start(scope, JSON.stringify({ services: [quiet.entry, crowded] }));
  const connected = await connectMany(scope, crowdedPort);
  const { count, failed, p95Ms } = await askFor(quiet, watchMs);
  reportNone({
    figure: `${crowd} idle connections: other forwards' failed requests`,
    value: failed,
    note: `of ${count}; ${connected} were let in; p95 ${p95Ms.toFixed(0)} ms`,
  });
  const times: number[] = [];
  for (let run = 0; run < statusRuns; run++) {
    const startedAt = performance.now();
    const refusal = await daemon.ask();
    times.push(refusal === null ? performance.now() - startedAt : NaN);
  }
  reportAtMost(maxStatusMs, {
    figure: `${crowd} idle connections: the status, asked and answered`,
    value: median(times),
    unit: 'ms',
    note: `median of ${statusRuns}`,
  });
}

/** Returns how many stay connected. */
async function connectMany(scope: Scope, port: number): Promise<number> {
  const sockets: net.Socket[] = [];
  scope.own('crowd', () => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < crowd) {
    const batch = Array.from({ length: atOnce }, () => net.connect({ port, host: '127.0.0.1' }));
    sockets.push(...batch);
    await Promise.all(
      batch.map(async (socket) => {
        socket.on('error', () => undefined);
        await once(socket, 'connect').catch(() => undefined);
      }),
    );
  }
  return sockets.filter((socket) => !socket.destroyed).length;
}
