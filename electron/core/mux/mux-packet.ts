/** Packets on an ssh master's control socket (OpenSSH PROTOCOL.mux, version 4): a length, then that many bytes. */
import type { ChannelTarget } from './channel.ts';

export const muxVersion = 4;

export const muxTypes = {
  hello: 0x00000001,
  openForward: 0x10000006,
  closeForward: 0x10000007,
  newStdioForward: 0x10000008,
  proxy: 0x1000000f,
  ok: 0x80000001,
  permissionDenied: 0x80000002,
  failure: 0x80000003,
  sessionOpened: 0x80000006,
  proxying: 0x8000000f,
} as const;

/** Any id works: a connection carries one request at a time. */
export const muxRequestId = 1;

/** Used as the port when the host is the path of a Unix socket (PORT_STREAMLOCAL, -2). */
const streamLocal = 0xfffffffe;

/** The master's own limit (CHANNEL_MUX_MAX_PACKET), in both directions. */
export const maxPacketBytes = 256 * 1024;

export const otherProtocol = 'ssh answered in an unknown protocol';

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

export function packet(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint32(body.length), body]);
}

/** The fields of a listening address or a target. */
export const addressFields = (place: ChannelTarget): readonly Buffer[] =>
  'path' in place ? [text(place.path), uint32(streamLocal)] : [text(place.host), uint32(place.port)];

export const hello = (): Buffer => packet(uint32(muxTypes.hello), uint32(muxVersion));

/** The string (RFC 4251) at `offset`, as far as it has been received. */
export function textAt(body: Buffer, offset: number): string {
  if (body.length < offset + 4) return '';
  const start = offset + 4;
  return body.subarray(start, start + body.readUInt32BE(offset)).toString('utf8');
}

/** The reason in a master's refusal: the text after the type and the request id. */
export const reasonIn = (body: Buffer): string => textAt(body, 8) || 'no reason given';

/**
 * Turns received bytes into the bodies of complete packets. A body that arrived in one chunk is a view of that
 * chunk; only split bodies are copied. Stores less than one packet.
 */
export class PacketReader {
  #header: Buffer = Buffer.alloc(0);
  #body: Buffer | null = null;
  #filled = 0;

  /** Throws if a packet is longer than this protocol allows. */
  *read(chunk: Buffer): Generator<Buffer> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#body === null) {
        const missing = 4 - this.#header.length;
        if (rest.length < missing) {
          this.#header = Buffer.concat([this.#header, rest]);
          return;
        }
        const length = Buffer.concat([this.#header, rest.subarray(0, missing)]).readUInt32BE(0);
        if (length > maxPacketBytes) throw new Error(otherProtocol);
        this.#header = Buffer.alloc(0);
        rest = rest.subarray(missing);
        if (rest.length >= length) {
          yield rest.subarray(0, length);
          rest = rest.subarray(length);
          continue;
        }
        this.#body = Buffer.alloc(length);
        this.#filled = 0;
      }
      const copied = rest.copy(this.#body, this.#filled);
      this.#filled += copied;
      rest = rest.subarray(copied);
      if (this.#filled < this.#body.length) return;
      const body = this.#body;
      this.#body = null;
      yield body;
    }
  }
}
