/** Entries of a config with the same local port at the same address that are both on from the start. Pure. */
import { addressesOverlap, type ListenAddress } from '../../../shared/bind-address.ts';

export interface PortWish extends ListenAddress {
  /** The index of the entry. */
  readonly index: number;
  /** Services that are off at first may share a port with one that is on, or with each other. */
  readonly isEnabled: boolean;
}

export interface PortConflict {
  readonly wish: PortWish;
  /** The first entry that has the port. */
  readonly holder: PortWish;
}

/** In the order of the file: the first service has the port, and later ones conflict with it. */
export function findPortConflicts(wishes: readonly PortWish[]): readonly PortConflict[] {
  const byPort = new Map<number, PortWish[]>();
  return wishes.flatMap((wish) => {
    if (!wish.isEnabled) return [];
    const earlier = byPort.get(wish.localPort) ?? [];
    const holder = earlier.find((other) => addressesOverlap(other, wish));
    earlier.push(wish);
    byPort.set(wish.localPort, earlier);
    return holder === undefined ? [] : [{ wish, holder }];
  });
}
