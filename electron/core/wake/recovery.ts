export interface RecoveryOptions {
  /** Resolves when the network is back, at the latest when the signal aborts. Never rejects. */
  readonly gate: (signal: AbortSignal) => Promise<unknown>;
  /** Once for each wake, unless the computer goes to sleep again first. */
  readonly onRecover: () => void;
}

/** The steps after a wake: first the gate, then the recovery. */
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

  /** The computer is going to sleep again, or the app is stopping. */
  abort(): void {
    this.#underWay?.abort();
    this.#underWay = null;
  }
}
