/** The clients of a row, as the row controls them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { eventually } from '../fixtures/eventually.ts';
import { delay } from './monotonic.ts';
import type { LoadOrder, LoadReport } from './load-program.ts';
import type { Prefix } from './user-machine.ts';
import type { Request } from './requests.ts';

const quietDeadlineMs = 20_000;
export const loadArgument = '--load';

export class Load {
  readonly #child: ChildProcess;
  readonly #requests = new Map<number, Request[]>();
  readonly #running = new Set<number>();

  /** `prefix` runs a command where the clients are. */
  constructor(prefix: Prefix) {
    const [program, ...args] = [...prefix, process.execPath, process.argv[1] ?? '', loadArgument];
    this.#child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', ({ records, quiet }: LoadReport) => {
      for (const [port, begunAt, endedAt, outcome] of records)
        this.#requests.get(port)?.push({ begunAt, endedAt, outcome });
      for (const port of quiet) this.#running.delete(port);
    });
  }

  begin(port: number): void {
    this.#requests.set(port, []);
    this.#running.add(port);
    this.#order({ kind: 'begin', port });
  }

  /** Counts from this call on. */
  forget(port: number): void {
    this.#requests.set(port, []);
  }

  /** Connects that many clients, each of which sends something, and disconnects them after that time. */
  async visit(
    port: number,
    { count, stayMs }: { readonly count: number; readonly stayMs: number },
  ): Promise<void> {
    this.#order({ kind: 'visit', port, count, stayMs });
    await delay(stayMs);
  }

  /** The finished ones, in the order in which they finished. */
  of(port: number): readonly Request[] {
    return this.#requests.get(port) ?? [];
  }

  /** Begins no more, on this port or on all of them, and waits until all have ended. */
  async end(port?: number): Promise<void> {
    const ports = port === undefined ? [...this.#running] : [port];
    for (const one of ports) this.#order({ kind: 'end', port: one });
    const isDone = (): boolean => !ports.some((one) => this.#running.has(one));
    await eventually('the clients are done', isDone, quietDeadlineMs);
  }

  #order(order: LoadOrder): void {
    this.#child.send(order);
  }
}
