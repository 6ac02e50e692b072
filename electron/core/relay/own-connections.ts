/**
 * The connections that this process itself has open to tunnels' endpoints, each with the services that its client came
 * through. A connection that comes back to a service is a loop that the config does not show: its host resolves to this
 * machine. It would be relayed until no descriptor is left.
 *
 * A connection is identified by both ends. Another program's connection may have the same address and port at its own end:
 * Linux gives one port to several connections with different destinations (ip(7), ip_local_port_range). A connection of ours
 * arrives at a different destination only if packets are redirected on their path. So a match of one end alone may also be a
 * loop: it counts as one after a few rounds, which are very unlikely by chance.
 */
import type { Socket } from 'node:net';

/** How often a service may appear in a chain that matches at one end only. */
const maxDoubtfulRounds = 8;

/** Identifies a connection, as seen from one end. */
export type Ends = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

interface RelayChain {
  /** The address and port that the connection was sent to. */
  readonly to: string;
  readonly services: readonly string[];
}

export class OwnConnections {
  /** By the address and port of our end, as the other end sees them. */
  readonly #chains = new Map<string, readonly RelayChain[]>();

  /** Whether this client of the service is a connection of ours that has gone through the service already. */
  hasComeBack(service: string, client: Ends): boolean {
    const chain = this.#chainOf(client);
    if (chain === null) return false;
    const rounds = chain.services.filter((name) => name === service).length;
    return rounds >= (chain.to === arrivalOf(client) ? 1 : maxDoubtfulRounds);
  }

  /** Records that a client of the service continues through this upstream, until the upstream closes. */
  noteRelay(service: string, client: Ends, upstream: Ends & Pick<Socket, 'once'>): void {
    // A Unix socket cannot lead back to a port by itself.
    if (upstream.localPort === undefined) return;
    const from = placeOf(upstream.localAddress, upstream.localPort);
    const to = placeOf(upstream.remoteAddress, upstream.remotePort);
    const chain: RelayChain = { to, services: [...(this.#chainOf(client)?.services ?? []), service] };
    this.#chains.set(from, [...(this.#chains.get(from) ?? []), chain]);
    upstream.once('close', () => {
      const others = (this.#chains.get(from) ?? []).filter((other) => other !== chain);
      if (others.length > 0) this.#chains.set(from, others);
      else this.#chains.delete(from);
    });
  }

  /** The chain whose destination is where the client arrived; else the longest one with the client's source. */
  #chainOf(client: Ends): RelayChain | null {
    const chains = this.#chains.get(placeOf(client.remoteAddress, client.remotePort)) ?? [];
    const [longest = null] = chains.toSorted((a, b) => b.services.length - a.services.length);
    return chains.find(({ to }) => to === arrivalOf(client)) ?? longest;
  }
}

const arrivalOf = (client: Ends): string => placeOf(client.localAddress, client.localPort);

/** A dual-stack socket writes an IPv4 address as `::ffff:127.0.0.1`. */
const placeOf = (address = '', port = 0): string => `${address.replace(/^::ffff:/, '')} ${port}`;
