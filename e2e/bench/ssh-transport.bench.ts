/**
 * The throughput of a shared ssh connection: one client's bytes through a forward on it, alternating with a separate
 * ssh behind the same relay; and the time of a small request to another forward during a bulk download.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Scope } from '../../electron/core/scope.ts';
import { freePort } from '../fixtures/servers.ts';
import { openSteadyConnection } from '../fixtures/steady-connection.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtLeast, reportAtMost } from './figure.ts';
import { inTurns } from './in-turns.ts';
import type { Measurement, Order } from './relay-peers.ts';
import { runRole, startClient, startServer } from './relay-processes.ts';
import { installDaemon, prepareSshForwards } from './ssh-forwards.ts';

const transferMebibytes = 64;
const transferRounds = 15;
const minThroughputRatio = 0.8;
const bulkSeconds = 4;
/** Until the download fills every buffer on its path. */
const bulkAheadMs = 500;
const smallRounds = 500;
const smallBytes = 64;
const maxAddedMs = 20;

interface ComparedForward {
  readonly name: string;
  readonly port: number;
}

interface ComparedForwards {
  readonly shared: ComparedForward;
  /** Another forward on the same connection. */
  readonly neighbor: ComparedForward;
  /** `ssh -N -L` alone, by a command service: through the same relay, and also through a Unix socket. */
  readonly own: ComparedForward;
}

async function prepare(scope: Scope): Promise<ComparedForwards> {
  const targetPort = await startServer(scope);
  const forwards = await prepareSshForwards(scope, { count: 2, targetPort });
  const [sharedPort = 0, neighborPort = 0] = forwards.ports;
  const { host, port, user } = forwards.hosts[0]!;
  const ownPort = await freePort();
  const forward = ['-N', '-T', '-o', 'BatchMode=yes', '-L', `{socket}:127.0.0.1:${targetPort}`];
  const own = {
    name: 'own',
    technology: 'command',
    local_port: ownPort,
    connection: { argv: ['ssh', ...forward, '-p', String(port), '--', `${user}@${host}`] },
  };
  const daemon = await installDaemon(scope, {
    ...forwards,
    ports: [...forwards.ports, ownPort],
    services: [...forwards.services, own],
  });
  await daemon.run('daemon', 'start');
  await daemon.untilCalm();
  return {
    shared: { name: 'shared', port: sharedPort },
    neighbor: { name: 'neighbor', port: neighborPort },
    own: { name: 'own', port: ownPort },
  };
}

async function carryOut(client: ChildProcess, order: Order): Promise<Measurement> {
  client.send(order);
  return ((await once(client, 'message')) as [Measurement])[0];
}

const transfer = (
  { port }: ComparedForward,
  kind: 'download' | 'upload',
  mebibytes = transferMebibytes,
): Order => ({
  kind,
  to: { host: '127.0.0.1', port },
  mebibytes,
});

async function measureThroughput(client: ChildProcess, { shared, own }: ComparedForwards): Promise<void> {
  for (const kind of ['download', 'upload'] as const) {
    const sample = (forward: ComparedForward): Promise<Measurement> =>
      carryOut(client, transfer(forward, kind));
    // The first one warms up both ends.
    for (const forward of [own, shared]) await sample(forward);
    const samples = await inTurns([own, shared], transferRounds, sample);
    const rate = (forward: ComparedForward): number => median((samples.get(forward) ?? []).flat());
    const rates = `${rate(shared).toFixed(0)} of ${rate(own).toFixed(0)} MiB/s`;
    reportAtLeast(minThroughputRatio, {
      figure: `${kind} on a shared ssh connection, against ssh -L through the same relay`,
      value: rate(shared) / rate(own),
      unit: '',
      note: `one client, ${rates}, median of ${transferRounds}`,
    });
  }
}

/** Small requests one after another until told to stop: the time of each, in ms. */
async function askWhile(
  { port }: ComparedForward,
  isWanted: (rounds: number) => boolean,
): Promise<readonly number[]> {
  const connection = await openSteadyConnection({ host: '127.0.0.1', port });
  await connection.echo('E'.padEnd(smallBytes));
  const roundTrips: number[] = [];
  while (isWanted(roundTrips.length)) {
    const askedAt = performance.now();
    await connection.echo('e'.repeat(smallBytes));
    roundTrips.push(performance.now() - askedAt);
  }
  connection.close();
  return roundTrips;
}

async function measureBesideBulk(
  client: ChildProcess,
  { shared, neighbor }: ComparedForwards,
): Promise<void> {
  const quiet = await askWhile(neighbor, (rounds) => rounds < smallRounds);
  const [rate = NaN] = await carryOut(client, transfer(shared, 'download'));
  let isOver = false;
  const mebibytes = Math.ceil(rate * bulkSeconds);
  const bulk = carryOut(client, transfer(shared, 'download', mebibytes)).finally(() => {
    isOver = true;
  });
  await delay(bulkAheadMs);
  const busy = await askWhile(neighbor, () => !isOver);
  const [bulkRate = NaN] = await bulk;
  reportAtMost(maxAddedMs, {
    figure: "small request beside another forward's bulk download on the same ssh connection, p50 over quiet",
    value: median(busy) - median(quiet),
    unit: 'ms',
    note:
      `${median(busy).toFixed(2)} of ${busy.length} (${range(busy)}), quiet ${median(quiet).toFixed(2)}; ` +
      `bulk ${bulkRate.toFixed(0)} MiB/s`,
  });
}

const [, , role, ...roleArguments] = process.argv;
if (role === undefined) {
  await runInScope('ssh transport', async (scope) => {
    const forwards = await prepare(scope);
    const client = startClient(scope);
    await measureThroughput(client, forwards);
    await measureBesideBulk(client, forwards);
  });
} else await runRole(role, roleArguments);
