export interface RecoveryOptions {
  /** Resolves when the network is back, at the latest when the signal aborts. Never rejects. */
  readonly gate: (signal: AbortSignal) => Promise<unknown>;
  /** Once for each wake, unless the computer goes to sleep again first. */
  readonly onRecover: () => void;
}

/** What happens after a wake, in order: first the gate, then the recovery. */
export class Recovery {
  readonly #options: RecoveryOptions;
  #underWay: AbortController | null = null;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.abort();
    const controller = new AbortController();
    this.#underWay = controller;
    await this.#options.gate(controller.signal);
    if (controller.signal.aborted) return;
    this.#underWay = null;
    this.#options.onRecover();
  }

  /** The computer goes to sleep again, or the app stops. */
  abort(): void {
    this.#underWay?.abort();
    this.#underWay = null;
  }
}
