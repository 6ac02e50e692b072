/**
 * The local port. Invariants:
 *   1. It is open on 127.0.0.1 and ::1, or not at all; a computer without IPv6 has 127.0.0.1 only. With a `bind` it is open
 *      there and nowhere else.
 *   2. No connection is passed on before the port is bound at all its addresses.
 *   3. Connections are passed on unread, so that a client's bytes wait in the kernel until a tunnel can take them.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { joinHostPort } from '../../../shared/bind-address.ts';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Logger } from '../observability/logger.ts';
import { bindsOverWildcard, isAnswered, placesOf, type AnswerRequest } from './answered-port.ts';
import { errorCode } from './errno.ts';
import { keepAliveDelayMs } from './keep-alive.ts';
import { findPortHolder } from '../process/port-holder.ts';

export interface LocalListener {
  /** Where it listens: `127.0.0.1:5432`, `[::1]:5432`. */
  readonly addresses: readonly string[];
  /** Resolves when the port can be bound again. Waits for open connections: end them first. */
  close(): Promise<void>;
}

export interface ListenRequest extends AnswerRequest {
  readonly log: Logger;
  /** The program that has the port, if another program has it. */
  readonly findHolder?: () => Promise<string | null>;
  /** The other LocalPort service that has the port, if any. */
  readonly neighbor?: () => string | null;
  /** Gets each connection paused, with half-open allowed. */
  readonly onConnection: (client: Socket) => void;
}

/** No interface has this address, or the system lacks its family. */
const missingCodes: readonly string[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];
/** As deep as possible: the system reduces this to its own limit. */
const acceptBacklog = 1024;

/**
 * Opens the port. Fails with `port-in-use` (naming the holder if known), `port-forbidden` or `address-missing`; then nothing
 * is bound.
 */
export async function listenLocally(request: ListenRequest): Promise<Result<LocalListener, Cause>> {
  if (bindsOverWildcard(process.platform) && (await isAnswered(request)))
    return err(await explain('EADDRINUSE', request));

  const early = new EarlyConnections(request.onConnection);
  const bound = await Promise.all(placesOf(request).map((host) => openServer(host, request, early)));

  const servers = bound.flatMap((one) => (one.ok ? [one.value] : []));
  const failure = failureOf(bound);
  if (failure !== null) {
    early.refuse();
    await Promise.all(servers.map(closeServer));
    return err(await explain(errorCode(failure), request));
  }
  early.open();
  return ok({
    addresses: servers.map((server) => formatAddress(server.address() as AddressInfo)),
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  });
}

/** Only the second address may be missing: IPv6 beside IPv4. */
function failureOf(bound: readonly Result<Server, Error>[]): Error | null {
  const failed = bound.find((one, place) => !one.ok && !(place > 0 && isAddressMissing(one.error)));
  return failed === undefined || failed.ok ? null : failed.error;
}

/** Keeps the connections that arrive between the first bind and the last (invariant 2). */
class EarlyConnections {
  readonly #early: Socket[] = [];
  readonly #deliver: (client: Socket) => void;
  #state: 'waiting' | 'open' | 'refused' = 'waiting';

  constructor(deliver: (client: Socket) => void) {
    this.#deliver = deliver;
  }

  arrive(client: Socket): void {
    if (this.#state === 'open') this.#deliver(client);
    else if (this.#state === 'refused') client.destroy();
    else this.#early.push(client);
  }

  open(): void {
    this.#state = 'open';
    for (const client of this.#early.splice(0)) this.#deliver(client);
  }

  refuse(): void {
    this.#state = 'refused';
    for (const client of this.#early.splice(0)) client.destroy();
  }
}

function openServer(
  host: string,
  { port, log }: ListenRequest,
  early: EarlyConnections,
): Promise<Result<Server, Error>> {
  return new Promise((resolve) => {
    const server = createServer({
      allowHalfOpen: true,
      pauseOnConnect: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelayMs,
    });
    server.on('connection', (client) => {
      early.arrive(client);
    });
    server.once('error', (error) => {
      resolve(err(error));
    });
    server.listen({ host, port, exclusive: true, backlog: acceptBacklog }, () => {
      server.removeAllListeners('error');
      server.on('error', (error) => {
        log.warn(`The listener on ${host}:${port} could not accept a connection: ${error.message}.`);
      });
      resolve(ok(server));
    });
  });
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });

const isAddressMissing = (error: Error): boolean => missingCodes.includes(errorCode(error));

async function explain(
  code: string,
  { port, bind = null, clock, findHolder, neighbor }: ListenRequest,
): Promise<Cause> {
  if (code === 'EACCES' || code === 'EPERM') return describeCause('port-forbidden', { port, evidence: code });
  if (bind !== null && missingCodes.includes(code)) {
    return describeCause('address-missing', { host: bind, evidence: `${code} ${joinHostPort(bind, port)}` });
  }
  if (code !== 'EADDRINUSE') {
    return describeCause('check-failed', { what: `Port ${port} could not be opened`, evidence: code });
  }
  const service = neighbor?.() ?? null;
  if (service !== null) return describeCause('port-in-use', { port, evidence: code, service });
  const holder = await (findHolder?.() ?? findPortHolder({ localPort: port, bind }, clock));
  return describeCause('port-in-use', { port, evidence: code, holder: holder ?? undefined });
}

const formatAddress = ({ address, port }: AddressInfo): string => joinHostPort(address, port);
