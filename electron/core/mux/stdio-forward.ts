/**
 * One channel on an ssh master that is not ours, in OpenSSH's passenger mode (PROTOCOL.mux, MUX_C_NEW_STDIO_FWD):
 * the mode that `ssh -W` uses over a master. The master gets one end of each of two socket pairs, reads from the
 * first and writes to the second. So nothing of ours can stay on the master: when this process ends, for whatever
 * reason, the kernel closes our ends, and the channel closes too. Proxy mode (`mux-channels.ts`) would kill the
 * user's master in that case. The drawback: the reason of a refusal is printed on the master's stderr, not sent to
 * us.
 */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { err, ok, type Result } from '../../../shared/result.ts';
import { firstReport } from '../abort-signal.ts';
import type { Channels, ChannelFailure, ChannelTarget } from './channel.ts';
import { connectPassing } from './descriptor-passing.ts';
import { hello, muxRequestId, muxTypes, packet, addressFields, text, uint32 } from './mux-packet.ts';
import { onReplies, type MuxReply } from './mux-replies.ts';
import { ensureRuntimeDirectory, tunnelFile } from '../files/private-path.ts';
import { makeSocketPair, type SocketPair } from './socket-pair.ts';

type Opened = Result<Duplex, ChannelFailure>;

/** A master's reply when the server has refused (mux_stdio_confirm in mux.c). */
const refusedByServer = 'Session open refused by peer';

export interface StdioForwardsParts {
  readonly controlPath: string;
  /** Where a socket pair has its file while it is being made. */
  readonly runtimeDirectory: string;
  /** Unique for the life of the app. */
  readonly id: string;
}

/** This computer is out of a resource, which says nothing about the master. */
const ownFailures: readonly string[] = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAGAIN'];

export class StdioForwards implements Channels {
  readonly isWornOut = false;
  readonly #parts: StdioForwardsParts;
  #count = 0;
  /** Resolves when the master has accepted the latest connection from its queue, which holds 64. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: StdioForwardsParts) {
    this.#parts = parts;
  }

  async open(to: ChannelTarget, signal: AbortSignal): Promise<Opened> {
    const sockets: Socket[] = [];
    let opened: Opened;
    try {
      opened = await this.#open(to, signal, sockets);
    } catch (error) {
      opened = err(failureOf(error));
    }
    if (!opened.ok) for (const socket of sockets) socket.destroy();
    return opened;
  }

  async #open(to: ChannelTarget, signal: AbortSignal, sockets: Socket[]): Promise<Opened> {
    const [input, output] = [await this.#pair(sockets), await this.#pair(sockets)];
    const before = this.#turn;
    let endTurn = (): void => undefined;
    this.#turn = new Promise((resolve) => (endTurn = resolve));
    await before;
    try {
      if (signal.aborted) return err({ kind: 'canceled' });
      const { socket: control, pass } = await connectPassing(this.#parts.controlPath);
      sockets.push(control.on('error', () => undefined));
      const request = [muxTypes.newStdioForward, muxRequestId].map(uint32);
      control.write(Buffer.concat([hello(), packet(...request, text(''), ...addressFields(to))]));
      // The master waits for both: send them without waiting for replies. If sending fails, close the control
      // socket.
      void Promise.all([pass(input.theirs), pass(output.theirs)]).then((sent) => {
        if (sent.includes(false)) control.destroy();
      });
      const failure = await replyOf(control, signal, endTurn);
      if (failure !== null) return err(failure);
      input.theirs.destroy();
      output.theirs.destroy();
      return ok(new PairedStream({ input: input.ours, output: output.ours, control }));
    } finally {
      endTurn();
    }
  }

  async #pair(sockets: Socket[]): Promise<SocketPair> {
    const { runtimeDirectory, id } = this.#parts;
    ensureRuntimeDirectory(runtimeDirectory);
    this.#count += 1;
    const pair = await makeSocketPair(tunnelFile(runtimeDirectory, `${id}/${String(this.#count)}`, 'pair'));
    for (const socket of [pair.ours, pair.theirs]) sockets.push(socket.on('error', () => undefined));
    return pair;
  }
}

function failureOf(error: unknown): ChannelFailure {
  const { code, message: reason } = error as NodeJS.ErrnoException;
  return { kind: code !== undefined && ownFailures.includes(code) ? 'denied' : 'gone', reason };
}

/** null: the server has opened the connection. */
async function replyOf(
  control: Socket,
  signal: AbortSignal,
  onHello: () => void,
): Promise<ChannelFailure | null> {
  const reply = await firstReport<Exclude<MuxReply, { readonly kind: 'hello' }>>(
    (report) =>
      onReplies(control, muxTypes.sessionOpened, (given) => {
        if (given.kind === 'hello') onHello();
        else report(given);
      }),
    signal,
  );
  if (reply === null) return { kind: 'canceled' };
  return reply.kind === 'done' ? null : failureIn(reply);
}

function failureIn(reply: Extract<MuxReply, { readonly reason: string }>): ChannelFailure {
  if (reply.kind === 'gone') return reply;
  return reply.reason === refusedByServer
    ? { ...reply, code: null }
    : { kind: 'denied', reason: reply.reason };
}

interface Ends {
  readonly input: Socket;
  readonly output: Socket;
  /** Closes with the channel. */
  readonly control: Socket;
}

/** Reads from one socket and writes to the other; the kernel's buffers bound both directions. */
class PairedStream extends Duplex {
  readonly #ends: Ends;

  constructor(ends: Ends) {
    super();
    this.#ends = ends;
    const { input, output, control } = ends;
    output
      .on('data', (bytes: Buffer) => {
        if (!this.push(bytes)) output.pause();
      })
      .on('end', () => this.push(null))
      .pause();
    const fail = (error: Error): void => void this.destroy(error);
    output.on('error', fail);
    // The channel is closed; data received before can be read to the end.
    input.resume();
    control.resume();
    control.on('close', () => {
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
    });
  }

  override _read(): void {
    this.#ends.output.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    // A failed write is ignored, as on a channel that the server has closed.
    this.#ends.input.write(chunk, () => callback());
  }

  override _final(callback: () => void): void {
    this.#ends.input.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const { input, output, control } = this.#ends;
    for (const socket of [input, output, control]) socket.destroy();
    callback(error);
  }
}
