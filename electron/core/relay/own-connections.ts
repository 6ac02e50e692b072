/**
 * The connections that this process itself has open to tunnels' endpoints, each with the services that its client came through.
 * A connection that comes back to a service through which it has gone is a loop that no config tells: its host is a name of
 * this machine. It would be relayed until no descriptor is left.
 *
 * Both ends tell a connection. Another program's may have the same address and port at its own end: Linux gives a port
 * to several connections that lead to different places (ip(7), ip_local_port_range). Only where packets are redirected on
 * their way does a connection of ours arrive elsewhere than where it was sent, so that one may be a loop as well: it is
 * taken for one after a few rounds, which chance does not bring about.
 */
import type { Socket } from 'node:net';

/** How often a service may stand in a way that is told by one end alone. */
const maxDoubtfulRounds = 8;

/** What tells a connection, at one end of it. */
export type Ends = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

interface Way {
  /** The address and port that the connection was sent to. */
  readonly to: string;
  readonly services: readonly string[];
}

export class OwnConnections {
  /** By the address and port at our end, as the other end of the connection sees them. */
  readonly #ways = new Map<string, readonly Way[]>();

  /** Whether this client of the service is a connection of ours that has gone through the service already. */
  hasComeBack(service: string, client: Ends): boolean {
    const way = this.#wayOf(client);
    if (way === null) return false;
    const rounds = way.services.filter((name) => name === service).length;
    return rounds >= (way.to === arrivalOf(client) ? 1 : maxDoubtfulRounds);
  }

  /** Notes that the client of a service goes on by this upstream, until that closes. */
  goesOn(service: string, client: Ends, upstream: Ends & Pick<Socket, 'once'>): void {
    // A Unix socket leads into a program.
    if (upstream.localPort === undefined) return;
    const from = placeOf(upstream.localAddress, upstream.localPort);
    const to = placeOf(upstream.remoteAddress, upstream.remotePort);
    const way: Way = { to, services: [...(this.#wayOf(client)?.services ?? []), service] };
    this.#ways.set(from, [...(this.#ways.get(from) ?? []), way]);
    upstream.once('close', () => {
      const others = (this.#ways.get(from) ?? []).filter((other) => other !== way);
      if (others.length > 0) this.#ways.set(from, others);
      else this.#ways.delete(from);
    });
  }

  /** The one that was sent to where the client arrived; else the longest of those that begin where it does. */
  #wayOf(client: Ends): Way | null {
    const ways = this.#ways.get(placeOf(client.remoteAddress, client.remotePort)) ?? [];
    const [longest = null] = ways.toSorted((a, b) => b.services.length - a.services.length);
    return ways.find(({ to }) => to === arrivalOf(client)) ?? longest;
  }
}

const arrivalOf = (client: Ends): string => placeOf(client.localAddress, client.localPort);

/** A socket that is open to both families writes an IPv4 address as `::ffff:127.0.0.1`. */
const placeOf = (address = '', port = 0): string => `${address.replace(/^::ffff:/, '')} ${port}`;
