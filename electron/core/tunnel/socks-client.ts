/** The SOCKS handshake with one client, up to the connection to its target. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Result } from '../../../shared/result.ts';
import { type Clock } from '../clock.ts';
import type { ChannelFailure, ChannelTarget } from '../mux/channel.ts';
import {
  maxRequestBytes,
  readSocks,
  replyFor,
  socksReply,
  type SocksStep,
  type SocksTarget,
  type SocksVersion,
} from './socks-request.ts';

/** A client that has sent no request by then is closed. */
const requestTimeoutMs = 60_000;
/** What a client may send before the reply. */
const maxEarlyBytes = 64 * 1024;

export interface SocksHandlers {
  readonly clock: Clock;
  readonly open: (to: ChannelTarget) => Promise<Result<Duplex, ChannelFailure>>;
  /** The client requested something unsupported, or did not speak SOCKS. */
  readonly onBadRequest: (reason: string) => void;
  readonly onRefused: (to: SocksTarget, failure: ChannelFailure) => void;
}

export interface ServedClient {
  readonly channel: Duplex;
  /** What the client has sent so far. */
  readonly early: Buffer;
}

/** The client is paused when this resolves; null: the client is closed or being closed. Never rejects. */
export async function serveSocks(client: Socket, handlers: SocksHandlers): Promise<ServedClient | null> {
  const reader = new ClientReader(client);
  const deadline = handlers.clock.after(requestTimeoutMs, () => client.destroy());
  const request = await requestOf(client, reader);
  deadline.cancel();
  if (request === null) return null;
  if (request.kind === 'refused') {
    handlers.onBadRequest(request.reason);
    close(client, request.reply);
    return null;
  }
  const { version, to } = request;
  const opened = await handlers.open(to);
  const early = reader.stop();
  if (opened.ok) {
    client.write(socksReply(version, 'succeeded'));
    return { channel: opened.value, early };
  }
  handlers.onRefused(to, opened.error);
  close(client, socksReply(version, replyFor(opened.error)));
  return null;
}

type Request =
  | { readonly kind: 'connect'; readonly version: SocksVersion; readonly to: SocksTarget }
  | Extract<SocksStep, { readonly kind: 'refused' }>;

/** null: the client disconnected or sent too much for a request. */
async function requestOf(client: Socket, reader: ClientReader): Promise<Request | null> {
  let isGreeted = false;
  for (;;) {
    const step = readSocks(reader.received, isGreeted);
    switch (step.kind) {
      case 'connect':
        reader.drop(step.used);
        return step;
      case 'refused':
        return step;
      case 'greeted':
        isGreeted = true;
        reader.drop(step.used);
        client.write(step.reply);
        break;
      case 'more':
        if (reader.received.length > maxRequestBytes || !(await reader.more())) {
          client.destroy();
          return null;
        }
    }
  }
}

/** Reads and discards what the client still sends, so that the reply is delivered. */
function close(client: Socket, reply: Buffer | null): void {
  client.resume();
  if (reply === null) client.destroy();
  else client.end(reply, () => client.destroy());
}

/** Collects what a client sends, up to a limit. */
class ClientReader {
  readonly #client: Socket;
  #received: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  #wake: () => void = () => undefined;

  constructor(client: Socket) {
    this.#client = client;
    client.on('data', this.#take).on('end', this.#end).on('close', this.#end).resume();
  }

  get received(): Buffer {
    return this.#received;
  }

  drop(bytes: number): void {
    this.#received = this.#received.subarray(bytes);
  }

  /** Whether more bytes have arrived. */
  async more(): Promise<boolean> {
    if (this.#hasEnded) return false;
    const before = this.#received.length;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#received.length > before;
  }

  /** Pauses the client and returns the bytes received since the last `drop`. */
  stop(): Buffer {
    this.#client.pause();
    this.#client.off('data', this.#take).off('end', this.#end).off('close', this.#end);
    return this.#received;
  }

  readonly #take = (bytes: Buffer): void => {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (this.#received.length > maxEarlyBytes) this.#client.pause();
    this.#wake();
  };

  readonly #end = (): void => {
    this.#hasEnded = true;
    this.#wake();
  };
}
