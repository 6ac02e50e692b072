/**
 * Makes macOS ask the user for the local network permission in the app's own name. macOS asks for a process that keeps
 * running, but not for an ssh or kubectl that exits within milliseconds of its "No route to host" (Apple's TN3179,
 * FB16131937), and then System Settings has no row for the app. So the app makes one connection of its own to the address
 * that may be blocked. Only the app does this: a daemon would get a row for the terminal or for Node.
 */
import net from 'node:net';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { AppHost } from './app-host.ts';

/** Ends a connection, or the attempt to make it. Idempotent. */
export type Disconnect = () => void;

export interface LocalNetworkPromptParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Starts to connect to an IP address. `onOver`: the connection was made or failed. */
  readonly connect?: (address: string, onOver: () => void) => Disconnect;
}

/** Any port of the address triggers the question; this one (discard, RFC 863) disturbs no service. */
const port = 9;
/** Long enough for macOS to identify the app. */
const openMs = 5_000;
const againAfterMs = 10 * 60_000;
const maxAddresses = 16;

/** On macOS only. Ends with the host's scope. */
export function promptForLocalNetwork(
  host: Pick<AppHost, 'onSnapshot' | 'scope'>,
  { platform, ...parts }: LocalNetworkPromptParts & { readonly platform: NodeJS.Platform },
): void {
  if (platform !== 'darwin') return;
  const prompt = new LocalNetworkPrompt(parts);
  host.scope.own('local network prompt', () => {
    prompt.close();
  });
  host.onSnapshot((snapshot) => {
    prompt.take(snapshot);
  });
}

class LocalNetworkPrompt {
  readonly #parts: LocalNetworkPromptParts;
  /** When each address was tried, and a function that ends the try. */
  readonly #tries = new Map<string, { readonly at: number; readonly end: () => void }>();

  constructor(parts: LocalNetworkPromptParts) {
    this.#parts = parts;
  }

  take({ services }: Pick<Snapshot, 'services'>): void {
    for (const { cause } of services)
      if (cause?.code === 'local-network-denied' && cause.address !== undefined) this.#try(cause.address);
  }

  close(): void {
    for (const { end } of this.#tries.values()) end();
    this.#tries.clear();
  }

  #try(address: string): void {
    const { clock, log, connect = connectTo } = this.#parts;
    const now = clock.now();
    for (const [known, { at }] of this.#tries) if (now - at >= againAfterMs) this.#tries.delete(known);
    if (this.#tries.has(address) || this.#tries.size >= maxAddresses) return;
    log.info(`Connects to ${address} once, so that macOS asks for the local network permission.`);
    let timer: Timer | null = null;
    const disconnect = connect(address, () => timer?.cancel());
    const end = (): void => {
      timer?.cancel();
      disconnect();
    };
    timer = clock.after(openMs, end);
    this.#tries.set(address, { at: now, end });
  }
}

function connectTo(address: string, onOver: () => void): Disconnect {
  const socket = net.connect({ host: address, port });
  socket.once('connect', () => socket.destroy());
  socket.on('error', () => undefined);
  socket.once('close', onOver);
  return () => void socket.destroy();
}
