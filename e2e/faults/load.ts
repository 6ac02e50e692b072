/** The clients of a row, as the row directs them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { eventually } from '../fixtures/eventually.ts';
import type { LoadOrder, LoadReport } from './load-program.ts';
import type { Request } from './requests.ts';

const quietDeadlineMs = 20_000;
export const loadArgument = '--load';

export class Load {
  readonly #child: ChildProcess;
  readonly #requests = new Map<number, Request[]>();
  readonly #running = new Set<number>();

  /** `prefix` runs a command where the clients are. */
  constructor(prefix: readonly string[]) {
    const [program = '', ...args] = [...prefix, process.execPath, process.argv[1] ?? '', loadArgument];
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

  /** Those that have ended, in the order of their ends. */
  of(port: number): readonly Request[] {
    return this.#requests.get(port) ?? [];
  }

  /** Begins no more, and waits until all have ended. */
  async end(): Promise<void> {
    for (const port of this.#running) this.#order({ kind: 'end', port });
    await eventually('all clients are done', () => this.#running.size === 0, quietDeadlineMs);
  }

  #order(order: LoadOrder): void {
    this.#child.send(order);
  }
}
