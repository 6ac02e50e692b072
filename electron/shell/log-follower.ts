/** Follows the log that the popover shows: one at a time, and none once the page is closed. */
import type { AppHost } from '../core/host/app-host.ts';

/** The number of lines that the page keeps. */
const tailLines = 200;

interface FollowerParts {
  readonly host: Pick<AppHost, 'followLog'>;
  readonly send: (name: string | null, lines: readonly string[]) => void;
}

export class LogFollower {
  readonly #parts: FollowerParts;
  #stop: (() => void) | null = null;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Returns the last lines; later ones are sent as events. null: LocalPort's own log. */
  follow(name: string | null): Promise<readonly string[]> {
    this.stop();
    const { host, send } = this.#parts;
    const { last, stop } = host.followLog(name, { tailLines, onLines: (lines) => send(name, lines) });
    this.#stop = stop;
    return last;
  }

  /** Idempotent. */
  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }
}
