/**
 * The process of one client that stays connected, on the clients' machine: it sends one request for each line that it
 * reads.
 */
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { openDebugSession } from '../fixtures/debug-session.ts';
import { debuggerKinds, type DebuggerKind } from '../fixtures/debugger-servers.ts';
import type { Address } from '../fixtures/servers.ts';
import { openSteadyConnection } from '../fixtures/steady-connection.ts';
import { openLiveStream } from '../fixtures/streaming-site.ts';
import { nowMs } from './monotonic.ts';

export const clientArgument = '--client';

/** `echo` and `stream` need only their servers. */
export type ClientKind = DebuggerKind | 'echo' | 'stream';

export interface ClientOrder {
  readonly kind: ClientKind;
  readonly host: string;
  readonly port: number;
}

/** For an order or a request; null: it was answered. */
export interface ClientAnswer {
  readonly fault: string | null;
  /** When it began to connect or to send; a moment of `nowMs`. */
  readonly begunAt: number;
}

const answerDeadlineMs = 5_000;

/** Never resolves: it ends with the row. */
export async function runLastingClient(orderText: string): Promise<void> {
  const order = JSON.parse(orderText) as ClientOrder;
  let ask: () => Promise<void> = () => Promise.reject(new Error('it is not connected'));
  await answer(async () => {
    ask = await openClient(order);
  });
  for await (const _ of createInterface({ input: process.stdin })) await answer(() => ask());
}

async function answer(work: () => Promise<void>): Promise<void> {
  const begunAt = nowMs();
  const late = wait(answerDeadlineMs, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${answerDeadlineMs / 1_000} s`);
  });
  const fault = await Promise.race([work(), late]).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  console.log(JSON.stringify({ fault, begunAt } satisfies ClientAnswer));
}

async function openClient({ kind, host, port }: ClientOrder): Promise<() => Promise<void>> {
  const address: Address = { host, port };
  if (kind === 'stream') return (await openLiveStream(address)).goesOn;
  if (debuggerKinds.some((known) => known === kind))
    return (await openDebugSession(kind as DebuggerKind, address)).ask;
  const connection = await openSteadyConnection(address);
  const echo = async (): Promise<void> => {
    await connection.echo('still there?');
  };
  await echo();
  return echo;
}
