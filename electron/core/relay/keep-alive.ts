/**
 * Idle connections are kept alive by TCP on both sides of the relay: a NAT forgets one that says nothing, some after a
 * minute, and a peer that has vanished would never be missed. libuv asks ten times more, a second apart.
 */
export const keepAliveDelayMs = 30_000;
