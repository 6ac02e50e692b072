/**
 * Streams to a pod in LocalPort's session, alternating with `kubectl port-forward`: new connections, throughput, and
 * the effect of a client that does not read on others. Client, server, API server, and the forwards are processes that
 * share the machine.
 */
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import type { Scope } from '../../electron/core/scope.ts';
import { eventually } from '../fixtures/eventually.ts';
import { percentile } from '../faults/requests.ts';
import { runInScope } from './bench-scope.ts';
import { median, reportAtLeast, reportAtMost, reportForInformation } from './figure.ts';
import { inTurns } from './in-turns.ts';
import {
  kubectlFor,
  runApi,
  runSlowLine,
  runStreams,
  startApi,
  startKubectl,
  startSlowLine,
  startStreams,
} from './kube-stream-processes.ts';
import type { Measurement, Order } from './relay-peers.ts';
import { runRole, startClient, startServer, type Variant } from './relay-processes.ts';

const roundTripsMs = [0, 50] as const;
const transferMebibytes = 64;
const transferRounds = 9;
const pacedRounds = 40;
const pacedBlocks = 5;
const atOnce = 20;
const atOnceRounds = 10;
const quietRounds = 100;
const mebibyte = 1_048_576;

const p95 = (values: readonly number[]): number => percentile(values, 0.95);

async function main(): Promise<void> {
  const [role, ...args] = process.argv.slice(2);
  if (role === undefined) return runInScope('kube-streams', measureAll);
  const [first = '', second = ''] = args;
  if (role === 'kube-api') return runApi(Number(first));
  if (role === 'streams') return runStreams(first, Number(second));
  if (role === 'slow-line') return runSlowLine(Number(first), Number(second));
  return runRole(role, args);
}

interface Variants {
  readonly kubectl: Variant;
  readonly streams: Variant;
}

async function measureAll(scope: Scope): Promise<void> {
  const target = await startServer(scope);
  const api = await startApi(scope, target);
  const client = startClient(scope);
  for (const roundTripMs of roundTripsMs) {
    const at = roundTripMs === 0 ? api : await startSlowLine(scope, api, roundTripMs / 2);
    const kubectl = await kubectlFor(scope, at);
    const variants = {
      kubectl: await startKubectl(scope, kubectl, target),
      streams: await startStreams(scope, kubectl, target),
    };
    await measureConnections(client, variants, roundTripMs);
    if (roundTripMs > 0) continue;
    // Before the transfers, whose garbage would hide the memory in use.
    await measureStuckClient(client, variants.streams);
    await measureTransfers(client, variants);
  }
}

async function ask(client: ChildProcess, order: Order): Promise<Measurement> {
  client.send(order);
  return ((await once(client, 'message')) as [Measurement])[0];
}

async function compare(
  { kubectl, streams }: Variants,
  rounds: number,
  sample: (variant: Variant) => Promise<Measurement>,
): Promise<{ readonly kubectl: Measurement; readonly streams: Measurement }> {
  const samples = await inTurns([kubectl, streams], rounds, sample);
  return { kubectl: samples.get(kubectl)?.flat() ?? [], streams: samples.get(streams)?.flat() ?? [] };
}

async function measureConnections(
  client: ChildProcess,
  variants: Variants,
  roundTripMs: number,
): Promise<void> {
  const where = roundTripMs === 0 ? '' : `, ${String(roundTripMs)} ms round trip`;
  const connect = (rounds: number, together: number) => (variant: Variant) =>
    ask(client, { kind: 'connect', to: variant.address, rounds, atOnce: together });
  await compare(variants, 1, connect(5, 1));
  const paced = await compare(variants, pacedBlocks, connect(pacedRounds / pacedBlocks, 1));
  const [own, kubectls] = [median(paced.streams), median(paced.kubectl)];
  reportAtMost(1, {
    figure: `new connection to a pod, over kubectl's, p50${where}`,
    value: own - kubectls,
    unit: 'ms',
    note: `${own.toFixed(1)} and ${kubectls.toFixed(1)} ms`,
  });
  const together = await compare(variants, atOnceRounds, connect(1, atOnce));
  reportAtMost(3, {
    figure: `${String(atOnce)} connections to a pod at once, by kubectl's, p95${where}`,
    value: p95(together.streams) / p95(together.kubectl),
    unit: '',
    note: `${p95(together.streams).toFixed(1)} and ${p95(together.kubectl).toFixed(1)} ms`,
  });
}

async function measureTransfers(client: ChildProcess, variants: Variants): Promise<void> {
  for (const [kind, least] of [
    ['download', 0.8],
    ['upload', 0.7],
  ] as const) {
    const transfer = (variant: Variant) =>
      ask(client, { kind, to: variant.address, mebibytes: transferMebibytes });
    await compare(variants, 1, transfer);
    const rates = await compare(variants, transferRounds, transfer);
    const [own, kubectls] = [median(rates.streams), median(rates.kubectl)];
    reportAtLeast(least, {
      figure: `${kind} from a pod, by kubectl's`,
      value: own / kubectls,
      unit: '',
      note: `${own.toFixed(0)} and ${kubectls.toFixed(0)} MiB/s`,
    });
  }
}

async function measureStuckClient(client: ChildProcess, variant: Variant): Promise<void> {
  const paced = (): Promise<Measurement> =>
    ask(client, { kind: 'connect', to: variant.address, rounds: quietRounds, atOnce: 1 });
  const quiet = p95(await paced());
  const before = await residentBytes(variant.relayPid);
  const stuck = net.connect({ host: '127.0.0.1', ...variant.address });
  stuck.pause();
  stuck.write('D1024   ');
  let last = -1;
  await eventually('what is sent to it comes to rest', async () => {
    const now = await readBytes(variant.relayPid);
    const isStill = now === last;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return isStill;
  });
  const beside = p95(await paced());
  const grown = ((await residentBytes(variant.relayPid)) - before) / mebibyte;
  stuck.destroy();
  reportAtMost(20, {
    figure: "others' new connections beside a client that does not read, over quiet, p95",
    value: beside - quiet,
    unit: 'ms',
    note: `${beside.toFixed(1)} and ${quiet.toFixed(1)} ms`,
  });
  reportAtMost(8, { figure: 'memory for a client that does not read', value: grown, unit: 'MiB' });
  reportForInformation({ figure: 'memory of the streams, resident', value: before / mebibyte, unit: 'MiB' });
}

const residentBytes = async (pid: number | null): Promise<number> =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? NaN) *
  1024;

const readBytes = async (pid: number | null): Promise<number> =>
  Number(/^rchar: (\d+)$/m.exec(await readFile(`/proc/${String(pid)}/io`, 'utf8'))?.[1] ?? NaN);

await main();
