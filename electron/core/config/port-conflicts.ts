/** Entries of a config that want the same local port at the same address. Pure. */
import { placesOverlap, type LocalPlace } from '../../../shared/bind-address.ts';

export interface PortWish extends LocalPlace {
  /** Of the entry. */
  readonly index: number;
}

export interface PortConflict {
  readonly wish: PortWish;
  /** The first entry that has the port. */
  readonly holder: PortWish;
}

/** In the order of the file: the first one has the port, each later one is in conflict with it. */
export const findPortConflicts = (wishes: readonly PortWish[]): readonly PortConflict[] =>
  wishes.flatMap((wish, place) => {
    const holder = wishes.slice(0, place).find((earlier) => placesOverlap(earlier, wish));
    return holder === undefined ? [] : [{ wish, holder }];
  });
