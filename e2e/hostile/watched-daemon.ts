/**
 * The daemon, with the longest stall of its event loop and the peak of its memory, measured from inside and outside.
 * Linux.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Scope } from '../../electron/core/scope.ts';
import { FaultDaemon } from '../faults/fault-daemon.ts';
import { eventually } from '../fixtures/eventually.ts';
import { listenTo } from '../fixtures/servers.ts';

const probe = path.join(import.meta.dirname, 'stall-probe.cjs');
const upDeadlineMs = 30_000;

export interface Watched {
  /** The longest time without a turn of the event loop. */
  readonly stallMs: number;
  /** The growth of memory at its peak, in MB of 1,000,000 bytes. */
  readonly grownMb: number;
}

export class WatchedDaemon {
  readonly daemon: FaultDaemon;
  readonly #socket: string;

  private constructor(daemon: FaultDaemon) {
    this.daemon = daemon;
    this.#socket = path.join(daemon.home, 'stall.sock');
  }

  /** Belongs to the scope. Resolves when its services are up. `args`: for the daemon. */
  static async start(scope: Scope, config: string, ...args: readonly string[]): Promise<WatchedDaemon> {
    const daemon = new FaultDaemon({ config, env: { PATH: process.env['PATH'] ?? '' }, prefix: ['env'] });
    const watched = new WatchedDaemon(daemon);
    scope.own('home', () => {
      rmSync(daemon.home, { recursive: true, force: true, maxRetries: 3 });
    });
    scope.own('daemon', () => daemon.stop());
    await daemon.start(
      `LOCALPORT_STALL_SOCKET=${watched.#socket}`,
      `NODE_OPTIONS=--require=${probe}`,
      ...['sh', '-c', `exec "$@" ${args.join(' ')}`, 'sh'],
    );
    const isUp = (): boolean => {
      const services = daemon.latest?.services ?? [];
      return services.length > 0 && services.every(({ phase }) => phase === 'up');
    };
    await eventually('the services are up', isUp, upDeadlineMs);
    return watched;
  }

  /** The effect of `act` on the daemon. */
  async during(act: () => Promise<void>): Promise<Watched> {
    await listenTo({ path: this.#socket });
    const before = this.#memory('VmRSS');
    // 5: resets the peak to the current resident size, proc_pid_clear_refs(5).
    writeFileSync(`/proc/${this.daemon.pid}/clear_refs`, '5');
    await act();
    const grownMb = this.#memory('VmHWM') - before;
    return { stallMs: Number(await listenTo({ path: this.#socket })), grownMb };
  }

  #memory(what: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${this.daemon.pid}/status`, 'utf8');
    return (Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1]) * 1_024) / 1_000_000;
  }
}
