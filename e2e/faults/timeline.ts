/** What LocalPort reported about one service, and when. Moments are those of `nowMs`. */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { isInOrder } from '../../shared/service-tone.ts';

export interface Said {
  readonly at: number;
  readonly service: ServiceSnapshot;
}

/** States that tell a user that it works; a ready one says so of its tunnel. */
export const isGreen: (service: ServiceSnapshot) => boolean = isInOrder;

export class Timeline {
  readonly #said: Said[] = [];

  add(said: Said): void {
    this.#said.push(said);
  }

  get latest(): ServiceSnapshot | null {
    return this.#said.at(-1)?.service ?? null;
  }

  /** The tunnel's process at that moment. */
  pidAt(moment: number): number | null {
    return this.#said.findLast(({ at }) => at <= moment)?.service.pid ?? null;
  }

  /** How long it was green between these moments, in ms. */
  greenBetween(from: number, until: number): number {
    return this.#stretches(from, until)
      .filter(({ service }) => isGreen(service))
      .reduce((total, { fromAt, untilAt }) => total + untilAt - fromAt, 0);
  }

  /** When this was first reported at or after that moment; null: never. */
  firstAt(from: number, accepts: (service: ServiceSnapshot) => boolean): number | null {
    const stretch = this.#stretches(from, Infinity).find(({ service }) => accepts(service));
    return stretch === undefined ? null : stretch.fromAt;
  }

  /** When it became green for good, not before that moment; null: it is not. */
  lastGreenSince(from: number): number | null {
    const lastRed = this.#said.findLastIndex(({ service }) => !isGreen(service));
    const since = this.#said[lastRed + 1]?.at;
    return since === undefined ? null : Math.max(since, from);
  }

  /** `waiting/unknown [host-unreachable]`, for a note. */
  inWords(): string {
    if (this.latest === null) return 'never seen';
    const { phase, health, cause, nextRetryAt } = this.latest;
    const wait = phase === 'waiting' && nextRetryAt === null ? ', no next try' : '';
    return `${phase}/${health}${cause === null ? '' : ` [${cause.code}]`}${wait}`;
  }

  #stretches(
    from: number,
    until: number,
  ): readonly { readonly fromAt: number; readonly untilAt: number; readonly service: ServiceSnapshot }[] {
    return this.#said
      .map(({ at, service }, index) => ({
        fromAt: Math.max(at, from),
        untilAt: Math.min(this.#said[index + 1]?.at ?? Infinity, until),
        service,
      }))
      .filter(({ fromAt, untilAt }) => untilAt > fromAt);
  }
}
