/**
 * What the relay costs: a client connected to ssh's endpoint, alternating with the same client through a LocalPort to
 * the same endpoint. Client, server, relay, ssh, and sshd are five processes that share the machine.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Scope } from '../../electron/core/scope.ts';
import { runInScope } from './bench-scope.ts';
import { median, reportAtLeast, reportAtMost } from './figure.ts';
import { inTurns } from './in-turns.ts';
import type { Measurement, Order } from './relay-peers.ts';
import {
  cpuMs,
  openTunnel,
  runRole,
  startClient,
  startRelay,
  startServer,
  type Variant,
} from './relay-processes.ts';

const transferMebibytes = 64;
const transferRounds = 15;
const echoRounds = 2000;
const echoBlockRounds = 250;
const minThroughputRatio = 0.75;
const maxAddedLatencyMs = 0.2;

interface Sample {
  readonly values: readonly number[];
  readonly relayCpuMs: number;
}

async function measureAll(scope: Scope): Promise<void> {
  const endpoint = await openTunnel(scope, await startServer(scope));
  const direct: Variant = { address: endpoint, relayPid: null };
  const relayed = await startRelay(scope, endpoint);
  const variants = [direct, relayed];
  const client = startClient(scope);

  for (const kind of ['download', 'upload'] as const) {
    const order = (variant: Variant): Order => ({ kind, to: variant.address, mebibytes: transferMebibytes });
    for (const variant of variants) await measure(client, variant, order);
    const samples = await inTurns(variants, transferRounds, (variant) => measure(client, variant, order));
    const [rate, directRate] = [medianOf(samples.get(relayed)), medianOf(samples.get(direct))];
    const cpu = median((samples.get(relayed) ?? []).map(({ relayCpuMs }) => relayCpuMs)) / transferMebibytes;
    reportAtLeast(minThroughputRatio, {
      figure: `relay throughput against direct${kind === 'download' ? '' : ', upload'}`,
      value: rate / directRate,
      unit: '',
      note: `${rate.toFixed(0)} of ${directRate.toFixed(0)} MiB/s, relay's CPU ${cpu.toFixed(2)} ms/MiB`,
    });
  }
  const echo = (variant: Variant): Order => ({ kind: 'echo', to: variant.address, rounds: echoBlockRounds });
  const samples = await inTurns(variants, echoRounds / echoBlockRounds, (variant) =>
    measure(client, variant, echo),
  );
  const directMs = medianOf(samples.get(direct));
  reportAtMost(maxAddedLatencyMs, {
    figure: 'relay added latency p50',
    value: medianOf(samples.get(relayed)) - directMs,
    unit: 'ms',
    note: `round trip of 64 bytes, ${directMs.toFixed(3)} ms direct`,
  });
}

async function measure(
  client: ChildProcess,
  variant: Variant,
  order: (variant: Variant) => Order,
): Promise<Sample> {
  const cpuBefore = await cpuMs(variant.relayPid);
  client.send(order(variant));
  const [values] = (await once(client, 'message')) as [Measurement];
  return { values, relayCpuMs: (await cpuMs(variant.relayPid)) - cpuBefore };
}

const medianOf = (samples: readonly Sample[] = []): number => median(samples.flatMap(({ values }) => values));

const [, , role, ...roleArguments] = process.argv;
if (role === undefined) await runInScope('relay', measureAll);
else await runRole(role, roleArguments);
