/** Notices that no client uses a service anymore. Its timer runs only while there is something to disconnect. */
import type { Clock, Timer } from '../clock.ts';
import type { PortCounters, ServicePort } from '../relay/service-port.ts';

export interface UnusedWatchParts {
  readonly clock: Clock;
  readonly port: Pick<ServicePort, 'counters'>;
  /** Called again, later, for as long as no client uses the service. */
  readonly onUnused: () => void;
}

/** How many looks at the port make up the time. */
const looks = 4;

export class UnusedWatch {
  readonly #parts: UnusedWatchParts;
  #afterMs: number | null = null;
  #timer: Timer | null = null;

  constructor(parts: UnusedWatchParts) {
    this.#parts = parts;
  }

  /** Watches for clients from now on, unless it does already; `afterMs` without one is unused. null: stops watching. */
  watch(afterMs: number | null): void {
    if (afterMs === this.#afterMs) return;
    this.#afterMs = afterMs;
    this.#timer?.cancel();
    this.#timer = null;
    if (afterMs !== null) this.#lookAgain(afterMs, { seen: 0, before: this.#parts.port.counters() });
  }

  /** `seen`: the looks in a row without a client. */
  #lookAgain(
    afterMs: number,
    { seen, before }: { readonly seen: number; readonly before: PortCounters },
  ): void {
    const { clock, port, onUnused } = this.#parts;
    this.#timer = clock.after(afterMs / looks, () => {
      const now = port.counters();
      const unused = isUsed(before, now) ? 0 : seen + 1;
      this.#lookAgain(afterMs, { seen: unused, before: now });
      if (unused >= looks) onUnused();
    });
  }
}

const isUsed = (before: PortCounters, now: PortCounters): boolean =>
  now.connections + now.held > 0 || now.bytesIn !== before.bytesIn || now.bytesOut !== before.bytesOut;
