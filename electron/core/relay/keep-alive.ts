/**
 * Idle connections are kept alive by TCP on both sides of the relay: a NAT forgets one that says nothing, some after a
 * minute, and a peer that has vanished would never be missed. libuv then asks ten times, a second apart (uv__tcp_keepalive).
 */
export const keepAliveDelayMs = 30_000;
