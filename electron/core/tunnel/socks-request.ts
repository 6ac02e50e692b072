/** Parses the request of a SOCKS client: version 5 (RFC 1928) without authentication, 4 and 4a. Pure. */
import { type ChannelFailure, type ChannelTarget, prohibitedCode } from '../mux/channel.ts';

export type SocksVersion = 4 | 5;

/** An address, or a name that the remote end resolves, and a port. */
export type SocksTarget = Extract<ChannelTarget, { readonly host: string }>;

export type SocksStep =
  /** More bytes are needed. */
  | { readonly kind: 'more' }
  /** The client's greeting offers a login method that is accepted: send `reply` and continue after `used` bytes. */
  | { readonly kind: 'greeted'; readonly used: number; readonly reply: Buffer }
  | {
      readonly kind: 'connect';
      readonly used: number;
      readonly version: SocksVersion;
      readonly to: SocksTarget;
    }
  /** Close the client after `reply`; null: the client would not understand a reply. */
  | { readonly kind: 'refused'; readonly reply: Buffer | null; readonly reason: string };

/** The codes of RFC 1928, section 6. */
export const socksReplies = {
  succeeded: 0,
  failure: 1,
  notAllowed: 2,
  networkUnreachable: 3,
  hostUnreachable: 4,
  refused: 5,
  commandUnsupported: 7,
  addressUnsupported: 8,
} as const;

export type SocksReply = keyof typeof socksReplies;

/** More than any request: version 4 has a user and a name of up to 255 bytes each. */
export const maxRequestBytes = 1_024;

const noAuthentication = 0;
const noAcceptableMethod = 0xff;
const connect = 1;
const addressTypes = { ipv4: 1, name: 3, ipv6: 4 } as const;
const maxTextBytes = 255;

const more: SocksStep = { kind: 'more' };

/** `received`: all bytes since the last step. `isGreeted`: a version 5 client has completed its greeting. */
export function readSocks(received: Buffer, isGreeted: boolean): SocksStep {
  const [version] = received;
  if (version === undefined) return more;
  if (version === 5) return isGreeted ? readRequest(received) : readGreeting(received);
  if (version === 4 && !isGreeted) return readVersion4(received);
  return { kind: 'refused', reply: null, reason: describeProtocol(version) };
}

/** The reply to a request. Its bound address is left at zero, because clients ignore it. */
export function socksReply(version: SocksVersion, reply: SocksReply): Buffer {
  if (version === 5) return Buffer.from([5, socksReplies[reply], 0, addressTypes.ipv4, 0, 0, 0, 0, 0, 0]);
  return Buffer.from([0, reply === 'succeeded' ? 0x5a : 0x5b, 0, 0, 0, 0, 0, 0]);
}

/** sshd reports in plain text why it could not connect (channel_post_connecting and connect_next in channels.c). */
export function replyFor(failure: ChannelFailure): SocksReply {
  if (failure.kind !== 'refused') return 'failure';
  const { code, reason } = failure;
  if (code === prohibitedCode) return 'notAllowed';
  if (/network is unreachable/i.test(reason)) return 'networkUnreachable';
  if (/refused/i.test(reason)) return 'refused';
  if (
    /unreachable|no route|timed out|not known|name resolution|nodename|unknown host|no address/i.test(reason)
  )
    return 'hostUnreachable';
  return 'failure';
}

function readGreeting(received: Buffer): SocksStep {
  const count = received[1];
  if (count === undefined || received.length < 2 + count) return more;
  const methods = received.subarray(2, 2 + count);
  if (methods.includes(noAuthentication))
    return { kind: 'greeted', used: 2 + count, reply: Buffer.from([5, noAuthentication]) };
  const reply = Buffer.from([5, noAcceptableMethod]);
  return { kind: 'refused', reply, reason: 'the client requires a login, which this proxy does not offer' };
}

function readRequest(received: Buffer): SocksStep {
  const [, command, , addressType, first] = received;
  if (command === undefined || addressType === undefined) return more;
  if (command !== connect) return refusedCommand(5, command);
  if (first === undefined) return more;
  const [start, length] = addressPlace(addressType, first);
  if (length === null) {
    const reply = socksReply(5, 'addressUnsupported');
    return { kind: 'refused', reply, reason: `the client sent an unknown address type (${addressType})` };
  }
  const used = start + length + 2;
  if (received.length < used) return more;
  const address = received.subarray(start, start + length);
  return connectTo(5, { host: hostIn(address, addressType), port: received.readUInt16BE(used - 2) }, used);
}

/** Where the address starts, and its length; null: unknown address type. */
function addressPlace(addressType: number, first: number): [start: number, length: number | null] {
  switch (addressType) {
    case addressTypes.ipv4:
      return [4, 4];
    case addressTypes.ipv6:
      return [4, 16];
    case addressTypes.name:
      return [5, first];
    default:
      return [4, null];
  }
}

/** Version 4, and 4a, where the client sends an impossible address (0.0.0.x) followed by a name. */
function readVersion4(received: Buffer): SocksStep {
  const command = received[1];
  if (command === undefined) return more;
  if (command !== connect) return refusedCommand(4, command);
  if (received.length < 9) return more;
  const userEnd = endOfText(received, 8);
  if (userEnd === 'too long') return tooLong;
  if (userEnd === null) return more;
  const port = received.readUInt16BE(2);
  const address = received.subarray(4, 8);
  const hasName = address.readUInt32BE(0) > 0 && address.readUInt32BE(0) < 256;
  if (!hasName) return connectTo(4, { host: hostIn(address, addressTypes.ipv4), port }, userEnd + 1);
  const nameEnd = endOfText(received, userEnd + 1);
  if (nameEnd === 'too long') return tooLong;
  if (nameEnd === null) return more;
  const name = received.subarray(userEnd + 1, nameEnd);
  return connectTo(4, { host: hostIn(name, addressTypes.name), port }, nameEnd + 1);
}

/** The index of the zero byte that ends a string; null: not received yet. */
function endOfText(received: Buffer, start: number): number | null | 'too long' {
  const end = received.indexOf(0, start);
  if ((end === -1 ? received.length : end) - start > maxTextBytes) return 'too long';
  return end === -1 ? null : end;
}

const tooLong: SocksStep = {
  kind: 'refused',
  reply: socksReply(4, 'failure'),
  reason: "the client's request is too long",
};

function connectTo(version: SocksVersion, to: SocksTarget, used: number): SocksStep {
  // Invalid names must reach neither the log nor a resolver.
  if (/^[^\s\p{Cc}]+$/u.test(to.host) && to.port > 0) return { kind: 'connect', used, version, to };
  return {
    kind: 'refused',
    reply: socksReply(version, 'failure'),
    reason: 'the client sent no valid target',
  };
}

function hostIn(address: Buffer, addressType: number): string {
  if (addressType === addressTypes.name) return address.toString('utf8');
  if (addressType === addressTypes.ipv4) return address.join('.');
  return Array.from({ length: 8 }, (_, group) => address.readUInt16BE(2 * group).toString(16)).join(':');
}

/** BIND would listen at the remote end, and ssh cannot carry UDP. */
function refusedCommand(version: SocksVersion, command: number): SocksStep {
  const name = { 2: 'BIND', 3: 'UDP ASSOCIATE' }[command] ?? `command ${command}`;
  const reply = socksReply(version, 'commandUnsupported');
  return { kind: 'refused', reply, reason: `the client requested ${name}; only CONNECT works over ssh` };
}

function describeProtocol(first: number): string {
  if (first === 0x16) return 'the client speaks TLS, not SOCKS; configure this port as a SOCKS proxy';
  const isText = first >= 0x20 && first < 0x7f;
  return isText
    ? 'the client speaks HTTP or another protocol, not SOCKS; configure this port as a SOCKS proxy (socks5h://)'
    : 'the client does not speak SOCKS';
}
