/**
 * How long a connection may be idle before TCP keepalive starts, on both sides of the relay. A NAT drops idle connections,
 * some after a minute, and a vanished peer would never be noticed. libuv then sends ten probes, one second apart
 * (uv__tcp_keepalive).
 */
export const keepAliveDelayMs = 30_000;
