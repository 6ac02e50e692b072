/**
 * The connections that this process itself has open to tunnels' endpoints, each with the services that its client came through.
 * A connection that comes back to a service through which it has gone is a loop that no config tells: its host is a name of
 * this machine. It would be relayed until no descriptor is left.
 */
import type { Socket } from 'node:net';

export class OwnConnections {
  /** By the address and port at our end, as the other end of the connection sees them. */
  readonly #ways = new Map<string, readonly string[]>();

  /** Whether this client of the service is a connection of ours that has gone through the service already. */
  hasComeBack(service: string, client: Socket): boolean {
    return this.#wayOf(client).includes(service);
  }

  /** Notes that the client of a service goes on by this upstream, until that closes. */
  goesOn(service: string, client: Socket, upstream: Socket): void {
    // A Unix socket leads into a program.
    if (upstream.localPort === undefined) return;
    const place = placeOf(upstream.localAddress, upstream.localPort);
    this.#ways.set(place, [...this.#wayOf(client), service]);
    upstream.once('close', () => this.#ways.delete(place));
  }

  #wayOf(client: Socket): readonly string[] {
    return this.#ways.get(placeOf(client.remoteAddress, client.remotePort)) ?? [];
  }
}

/** A socket that is open to both families writes an IPv4 address as `::ffff:127.0.0.1`. */
const placeOf = (address = '', port = 0): string => `${address.replace(/^::ffff:/, '')} ${port}`;
