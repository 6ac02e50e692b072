/** Work of which at most one runs: a new run first ends the one before. */
export class LatestRun {
  #running: { readonly stop: AbortController; readonly ended: Promise<unknown> } | null = null;

  /** `work` starts once the run before has ended; its signal may be aborted already. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const done = this.cancel().then(() => work(stop.signal));
    const running = { stop, ended: done.catch(() => undefined) };
    this.#running = running;
    try {
      return await done;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  /** Also ends a run that has not started. Resolves once none is left. Idempotent. */
  async cancel(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.ended;
  }
}
