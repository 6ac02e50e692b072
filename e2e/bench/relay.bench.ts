/**
 * What the relay costs: a client to ssh's endpoint, and the same client through a LocalPort to the same endpoint, in
 * turns. Client, server, relay, ssh and sshd are five processes that share the machine.
 * With LOCALPORT_BENCH_VARIANTS=1 it compares other ways of splicing as well, by ratio and by CPU time.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Scope } from '../../electron/core/scope.ts';
import { inTurns } from './in-turns.ts';
import type { Measurement, Order } from './relay-peers.ts';
import {
  cpuMs,
  openTunnel,
  runRole,
  startClient,
  startRelay,
  startServer,
  type Way,
} from './relay-processes.ts';
import { variantNames } from './relay-variants.ts';

const transferMebibytes = 64;
const transferRounds = 15;
const echoRounds = 2000;
const echoBlockRounds = 250;
const minThroughputRatio = 0.75;
const maxAddedLatencyMs = 0.2;
const comparesVariants = process.env.LOCALPORT_BENCH_VARIANTS === '1';

interface Sample {
  readonly values: readonly number[];
  readonly relayCpuMs: number;
}

async function main(): Promise<void> {
  const scope = new Scope('bench');
  try {
    await measureAll(scope);
  } finally {
    await scope.close();
  }
}

async function measureAll(scope: Scope): Promise<void> {
  const endpoint = await openTunnel(scope, await startServer(scope));
  const names = comparesVariants ? variantNames : variantNames.slice(0, 1);
  const direct: Way = { name: 'direct', address: endpoint, relayPid: null };
  const relayed = await Promise.all(names.map((name) => startRelay(scope, name, endpoint)));
  const ways = [direct, ...relayed];
  const client = startClient(scope);

  for (const kind of ['download', 'upload'] as const) {
    const order = (way: Way): Order => ({ kind, to: way.address, mebibytes: transferMebibytes });
    for (const way of ways) await measure(client, way, order);
    reportThroughput(kind, ways, await inTurns(ways, transferRounds, (way) => measure(client, way, order)));
  }
  const echo = (way: Way): Order => ({ kind: 'echo', to: way.address, rounds: echoBlockRounds });
  reportLatency(ways, await inTurns(ways, echoRounds / echoBlockRounds, (way) => measure(client, way, echo)));
}

async function measure(client: ChildProcess, way: Way, order: (way: Way) => Order): Promise<Sample> {
  const cpuBefore = await cpuMs(way.relayPid);
  client.send(order(way));
  const [values] = (await once(client, 'message')) as [Measurement];
  return { values, relayCpuMs: (await cpuMs(way.relayPid)) - cpuBefore };
}

type Samples = ReadonlyMap<Way, readonly Sample[]>;

const medianOf = (samples: Samples, way: Way): number =>
  median((samples.get(way) ?? []).flatMap((s) => s.values));

function reportThroughput(
  kind: 'download' | 'upload',
  [direct, ...relayed]: readonly Way[],
  samples: Samples,
): void {
  if (direct === undefined) return;
  const directRate = medianOf(samples, direct);
  for (const way of relayed) {
    const rate = medianOf(samples, way);
    const ratio = rate / directRate;
    const cpu = median((samples.get(way) ?? []).map((sample) => sample.relayCpuMs)) / transferMebibytes;
    const inWords = `${rate.toFixed(0)} of ${directRate.toFixed(0)} MiB/s, relay's CPU ${cpu.toFixed(2)} ms/MiB`;
    report(way, {
      figure: `relay throughput against direct${kind === 'download' ? '' : ', upload'}`,
      value: ratio,
      unit: '',
      must: `≥ ${minThroughputRatio}`,
      ok: ratio >= minThroughputRatio,
      note: inWords,
    });
  }
}

function reportLatency([direct, ...relayed]: readonly Way[], samples: Samples): void {
  if (direct === undefined) return;
  const directMs = medianOf(samples, direct);
  for (const way of relayed) {
    const addedMs = medianOf(samples, way) - directMs;
    report(way, {
      figure: 'relay added latency p50',
      value: addedMs,
      unit: 'ms',
      must: `≤ ${maxAddedLatencyMs} ms`,
      ok: addedMs <= maxAddedLatencyMs,
      note: `round trip of 64 bytes, ${directMs.toFixed(3)} ms direct`,
    });
  }
}

interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  readonly must: string;
  readonly ok: boolean;
  readonly note: string;
}

/** Only the relay itself has figures to meet; its alternatives are told as talk. */
function report(way: Way, figure: Figure): void {
  const text = way.name === variantNames[0] ? JSON.stringify(figure) : '';
  console.log(
    text || `${figure.figure}, ${way.name}: ${figure.value.toFixed(3)} ${figure.unit} (${figure.note})`,
  );
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const [, , role, ...roleArguments] = process.argv;
if (role === undefined) await main();
else await runRole(role, roleArguments);
