/** Bounds how many tunnels set out for the same host at once: the others wait for their turn, in order. */
export class StartGate {
  readonly #maxAtOnce: number;
  readonly #underWay = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(maxAtOnce: number) {
    this.#maxAtOnce = maxAtOnce;
  }

  /** Calls `start` now, or when its turn comes. Its place is free again when what it returns settles. Never throws. */
  enter(host: string, start: () => Promise<unknown>): void {
    const underWay = this.#underWay.get(host) ?? 0;
    if (underWay >= this.#maxAtOnce) {
      const waiting = this.#waiting.get(host) ?? [];
      this.#waiting.set(host, waiting);
      waiting.push(() => {
        this.enter(host, start);
      });
      return;
    }
    this.#underWay.set(host, underWay + 1);
    const leave = (): void => {
      this.#leave(host);
    };
    start().then(leave, leave);
  }

  #leave(host: string): void {
    const underWay = (this.#underWay.get(host) ?? 1) - 1;
    if (underWay === 0) this.#underWay.delete(host);
    else this.#underWay.set(host, underWay);
    const waiting = this.#waiting.get(host);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(host);
    next?.();
  }
}
