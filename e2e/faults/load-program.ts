/**
 * The clients, in a separate process, so that servers and measurement take none of their time. Each port gets a request
 * every 20 ms, on its own connection and regardless of earlier ones: it sends its number and expects it back. Orders
 * and records use the IPC channel; without the channel the process exits.
 */
import net from 'node:net';
import { assertNever } from '../../shared/result.ts';
import type { Outcome } from './requests.ts';
import { nowMs } from './monotonic.ts';

const paceMs = 20;
const patienceMs = 11_000;
/** For each port: more than begin within one timeout. */
const maxInFlight = 600;
const reportEveryMs = 100;

export type LoadOrder =
  | { readonly kind: 'begin' | 'end'; readonly port: number }
  | { readonly kind: 'visit'; readonly port: number; readonly count: number; readonly stayMs: number };
export type LoadRecord = readonly [port: number, begunAt: number, endedAt: number, outcome: Outcome];
export interface LoadReport {
  readonly records: readonly LoadRecord[];
  /** Ended ports whose requests have all ended too. */
  readonly quiet: readonly number[];
}

export function runLoad(): void {
  const ports = new Map<number, PortLoad>();
  const records: LoadRecord[] = [];
  process.on('message', (order: LoadOrder) => {
    switch (order.kind) {
      case 'begin':
        ports.set(order.port, new PortLoad(order.port, records));
        return;
      case 'end':
        ports.get(order.port)?.end();
        return;
      case 'visit':
        visit(order);
        return;
      default:
        assertNever(order);
    }
  });
  process.once('disconnect', () => process.exit());
  setInterval(() => {
    const quiet = [...ports.values()].filter((load) => load.isQuiet).map(({ port }) => port);
    for (const port of quiet) ports.delete(port);
    if (records.length > 0 || quiet.length > 0)
      process.send?.({ records: records.splice(0), quiet } satisfies LoadReport);
  }, reportEveryMs);
}

function visit({ port, count, stayMs }: Extract<LoadOrder, { kind: 'visit' }>): void {
  for (let guest = 0; guest < count; guest++) {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    socket.write('somebody who leaves\n');
    setTimeout(() => socket.destroy(), stayMs);
  }
}

class PortLoad {
  readonly port: number;
  readonly #records: LoadRecord[];
  readonly #timer: NodeJS.Timeout;
  #inFlight = 0;
  #begun = 0;
  #ended = false;

  constructor(port: number, records: LoadRecord[]) {
    this.port = port;
    this.#records = records;
    this.#timer = setInterval(() => {
      if (this.#inFlight < maxInFlight) this.#request();
    }, paceMs);
  }

  get isQuiet(): boolean {
    return this.#ended && this.#inFlight === 0;
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
  }

  #request(): void {
    this.#begun += 1;
    this.#inFlight += 1;
    const wanted = `request ${this.#begun}\n`;
    const begunAt = nowMs();
    const socket = net.connect({ host: '127.0.0.1', port: this.port });
    let received = '';
    let isOver = false;
    const finish = (outcome: Outcome): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.destroy();
      this.#inFlight -= 1;
      this.#records.push([this.port, begunAt, nowMs(), outcome]);
    };
    const timer = setTimeout(() => {
      finish('timed out');
    }, patienceMs);
    socket.setEncoding('utf8');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      finish(outcomeOf(error));
    });
    socket.once('close', () => {
      finish('closed');
    });
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (received.length >= wanted.length) finish(received === wanted ? 'answered' : 'wrong answer');
    });
    socket.write(wanted);
  }
}

function outcomeOf({ code }: NodeJS.ErrnoException): Outcome {
  if (code === 'ECONNREFUSED') return 'refused';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : 'closed';
}
