/**
 * Our own channels on an ssh master, in OpenSSH's proxy mode (PROTOCOL.mux, MUX_C_PROXY; channels.c,
 * channel_proxy_upstream and channel_proxy_downstream). After two packets the control socket carries messages of
 * the ssh connection protocol (RFC 4254) unencrypted, and the master only translates channel numbers. Invariants:
 *
 * 1. The control socket is always read: an unread channel is stopped by its own window, never by this socket.
 * 2. A channel number is reused only after the server's CLOSE.
 * 3. What the master does not read is bounded.
 * 4. All channels end when the control socket closes, and it stays open until its master exits.
 *
 * Why it stays open: the master never forgets a channel that the server has refused. It exits ("no remote_id", all
 * versions from 7.4 to 10) when a control socket closes that has such a channel or one that is being opened. So
 * this is only for our own masters; the user's master gets `stdio-forward.ts`. The master has room for 16,384
 * channels (CHANNELS_MAX_CHANNELS).
 */
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Channels, ChannelFailure, ChannelTarget } from './channel.ts';
import { message, messages, MuxChannel, openMessage, type ChannelLink } from './mux-channel.ts';
import {
  hello,
  muxRequestId,
  muxTypes,
  otherProtocol,
  packet,
  PacketReader,
  reasonIn,
  textAt,
  uint32,
} from './mux-packet.ts';

/** Well below the master's limit, so that its users have time to leave it. */
export const maxRefusals = 4_096;

/** Channels send data only while the socket takes it. The rest is small, but a server can ask for any number of answers. */
const maxUnsentBytes = 1024 * 1024;

type Opened = Result<Duplex, ChannelFailure>;

/** What a channel number refers to. */
type Slot = Opening | { readonly kind: 'open'; readonly channel: MuxChannel };

interface Opening {
  readonly kind: 'opening';
  readonly settle: (opened: Opened) => void;
  isCanceled: boolean;
}

interface Waiting {
  readonly id: number;
  readonly to: ChannelTarget;
}

export class MuxChannels implements Channels {
  /** Settles when the control socket has closed. */
  readonly ended: Promise<void>;
  readonly #socket: net.Socket;
  readonly #reader = new PacketReader();
  readonly #slots = new Map<number, Slot>();
  readonly #drained = new Set<() => void>();
  readonly #link: ChannelLink;
  /** Requests queued until the master accepts proxy mode; null: it has. */
  #waiting: Waiting[] | null = [];
  #lastId = 0;
  #refusals = 0;
  #endReason = 'ssh closed its control socket';

  constructor(controlPath: string) {
    const socket = net.connect(controlPath);
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#endAll();
        resolve();
      });
    });
    socket
      .on('error', ({ message: reason }) => {
        if (this.#waiting !== null) this.#endReason = reason;
      })
      .on('data', (chunk: Buffer) => this.#read(chunk))
      .on('drain', () => this.#resumeSending());
    socket.write(Buffer.concat([hello(), packet(uint32(muxTypes.proxy), uint32(muxRequestId))]));
    this.#link = {
      get isFull() {
        return socket.writableNeedDrain;
      },
      whenDrained: (proceed) => this.#drained.add(proceed),
      send: (type, ...parts) => this.#send(type, parts),
    };
  }

  /** The master never forgets a channel that the server has refused. */
  get isWornOut(): boolean {
    return this.#refusals >= maxRefusals;
  }

  /** No more channels can be opened: the control socket has closed or is closing. */
  get hasClosed(): boolean {
    return this.#socket.destroyed;
  }

  open(to: ChannelTarget, signal: AbortSignal): Promise<Opened> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(err({ kind: 'canceled' }));
        return;
      }
      if (this.hasClosed) {
        resolve(err({ kind: 'gone', reason: this.#endReason }));
        return;
      }
      const cancel = (): void => {
        slot.isCanceled = true;
        resolve(err({ kind: 'canceled' }));
      };
      signal.addEventListener('abort', cancel, { once: true });
      const slot: Opening = {
        kind: 'opening',
        isCanceled: false,
        settle: (opened) => {
          signal.removeEventListener('abort', cancel);
          resolve(opened);
        },
      };
      const id = this.#freeId();
      this.#slots.set(id, slot);
      if (this.#waiting === null) this.#send(messages.open, openMessage(id, to));
      else this.#waiting.push({ id, to });
    });
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#slots.has(this.#lastId));
    return this.#lastId;
  }

  #send(type: number, parts: readonly Buffer[]): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength > maxUnsentBytes) {
      this.#end('the ssh server does not read what it asks for');
      return;
    }
    this.#socket.cork();
    for (const part of message(type, parts)) this.#socket.write(part);
    this.#socket.uncork();
  }

  #resumeSending(): void {
    const proceeding = [...this.#drained];
    this.#drained.clear();
    for (const proceed of proceeding) proceed();
  }

  #read(chunk: Buffer): void {
    try {
      for (const body of this.#reader.read(chunk)) {
        if (this.#waiting === null) this.#receive(body);
        else this.#handshake(body, this.#waiting);
      }
    } catch {
      // Also reached when a body is too short for its fields.
      this.#end(otherProtocol);
    }
  }

  #handshake(body: Buffer, waiting: readonly Waiting[]): void {
    switch (body.readUInt32BE(0)) {
      case muxTypes.hello:
        return;
      case muxTypes.proxying:
        this.#waiting = null;
        for (const { id, to } of waiting) this.#send(messages.open, openMessage(id, to));
        return;
      case muxTypes.permissionDenied:
      case muxTypes.failure:
        this.#end(reasonIn(body));
        return;
      default:
        this.#end(otherProtocol);
    }
  }

  /** After a byte of padding length come the message number and the channel number. */
  #receive(body: Buffer): void {
    const type = body.readUInt8(1);
    const id = body.readUInt32BE(2);
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    if (slot.kind === 'opening') this.#receiveWhileOpening({ type, id, body, slot });
    else this.#receiveWhileOpen({ type, id, body, channel: slot.channel });
  }

  #receiveWhileOpening({ type, id, body, slot }: ReceivedMessage & { readonly slot: Opening }): void {
    if (type === messages.openFailure) {
      this.#slots.delete(id);
      this.#refusals += 1;
      slot.settle(err({ kind: 'refused', code: body.readUInt32BE(6), reason: textAt(body, 10) }));
    }
    if (type !== messages.confirmation) return;
    const remote = {
      id: body.readUInt32BE(6),
      windowBytes: body.readUInt32BE(10),
      maxPacketBytes: body.readUInt32BE(14),
    };
    const channel = new MuxChannel(this.#link, remote);
    this.#slots.set(id, { kind: 'open', channel });
    if (slot.isCanceled) channel.destroy();
    else slot.settle(ok<Duplex>(channel));
  }

  #receiveWhileOpen({ type, id, body, channel }: ReceivedMessage & { readonly channel: MuxChannel }): void {
    switch (type) {
      case messages.data:
        channel.receive(body.subarray(10, 10 + body.readUInt32BE(6)));
        break;
      case messages.extendedData:
        channel.discard(body.readUInt32BE(10));
        break;
      case messages.windowAdjust:
        channel.widenWindow(body.readUInt32BE(6));
        break;
      case messages.eof:
        channel.receiveEof();
        break;
      case messages.close:
        this.#slots.delete(id);
        channel.receiveClose();
        break;
      case messages.request:
        if (body.readUInt8(10 + body.readUInt32BE(6)) !== 0) channel.refuseRequest();
        break;
    }
  }

  #end(reason: string): void {
    this.#endReason = reason;
    this.#socket.destroy();
  }

  #endAll(): void {
    const reason = this.#endReason;
    this.#drained.clear();
    for (const slot of this.#slots.values()) {
      if (slot.kind === 'opening') slot.settle(err({ kind: 'gone', reason }));
      else slot.channel.destroy(new Error(reason));
    }
    this.#slots.clear();
  }
}

interface ReceivedMessage {
  readonly type: number;
  readonly id: number;
  readonly body: Buffer;
}
