/** The dialogue with one SOCKS client, as far as the connection to its target. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Result } from '../../../shared/result.ts';
import { type Clock } from '../clock.ts';
import type { ChannelFailure, ChannelTarget } from '../transport/channel.ts';
import {
  maxRequestBytes,
  readSocks,
  replyFor,
  socksReply,
  type SocksStep,
  type SocksTarget,
  type SocksVersion,
} from './socks-request.ts';

/** Whoever has not asked by then wants nothing. */
const askTimeoutMs = 60_000;
/** What a client may say ahead of the answer. */
const maxEarlyBytes = 64 * 1024;

export interface SocksDesk {
  readonly clock: Clock;
  readonly open: (to: ChannelTarget) => Promise<Result<Duplex, ChannelFailure>>;
  /** The client asked for something that there is not, or did not ask in SOCKS. */
  readonly onNoRequest: (reason: string) => void;
  readonly onRefused: (to: SocksTarget, failure: ChannelFailure) => void;
}

export interface ServedClient {
  readonly channel: Duplex;
  /** What the client has said already. */
  readonly early: Buffer;
}

/** The client is paused when it resolves; null: it has been, or will be, closed. Never rejects. */
export async function serveSocks(client: Socket, desk: SocksDesk): Promise<ServedClient | null> {
  const listener = new ClientReader(client);
  const deadline = desk.clock.after(askTimeoutMs, () => client.destroy());
  const request = await requestOf(client, listener);
  deadline.cancel();
  if (request === null) return null;
  if (request.kind === 'refused') {
    desk.onNoRequest(request.reason);
    close(client, request.reply);
    return null;
  }
  const { version, to } = request;
  const opened = await desk.open(to);
  const early = listener.stop();
  if (opened.ok) {
    client.write(socksReply(version, 'succeeded'));
    return { channel: opened.value, early };
  }
  desk.onRefused(to, opened.error);
  close(client, socksReply(version, replyFor(opened.error)));
  return null;
}

type Request =
  | { readonly kind: 'connect'; readonly version: SocksVersion; readonly to: SocksTarget }
  | Extract<SocksStep, { readonly kind: 'refused' }>;

/** null: the client has left, or says too much for a request. */
async function requestOf(client: Socket, listener: ClientReader): Promise<Request | null> {
  let isGreeted = false;
  for (;;) {
    const step = readSocks(listener.received, isGreeted);
    switch (step.kind) {
      case 'connect':
        listener.drop(step.used);
        return step;
      case 'refused':
        return step;
      case 'greeted':
        isGreeted = true;
        listener.drop(step.used);
        client.write(step.reply);
        break;
      case 'more':
        if (listener.received.length > maxRequestBytes || !(await listener.more())) {
          client.destroy();
          return null;
        }
    }
  }
}

/** The reply has to arrive: what the client still says is read and forgotten. */
function close(client: Socket, reply: Buffer | null): void {
  client.resume();
  if (reply === null) client.destroy();
  else client.end(reply, () => client.destroy());
}

/** Keeps what a client says, within bounds. */
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

  /** Whether anything more has come. */
  async more(): Promise<boolean> {
    if (this.#hasEnded) return false;
    const before = this.#received.length;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#received.length > before;
  }

  /** What it has said since. The client is paused. */
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
