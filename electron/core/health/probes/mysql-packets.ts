/**
 * The packets of a MySQL login, which MariaDB uses too: three bytes of length, one of sequence, then the payload;
 * numbers are little-endian (MySQL's source documentation, "Connection Phase Packets"). Pure.
 */

/** Capability flags of server and client. */
const capability = {
  /** Without this flag, MariaDB reads its own capabilities from bytes that are zero here. */
  longPassword: 0x1,
  connectsWithDatabase: 0x8,
  protocol41: 0x200,
  tls: 0x800,
  secureConnection: 0x8000,
  authPlugins: 0x80000,
} as const;

const headBytes = 4;
/** A greeting has about 100 bytes, the server's public key about 1 KB. */
const maxPacketBytes = 16 * 1024;
/** utf8mb4_general_ci, which every version since 5.5 supports. */
const charset = 45;
export const nonceBytes = 20;

interface ParsedPacket {
  readonly sequence: number;
  readonly payload: Buffer;
  readonly rest: Buffer;
}

export interface MysqlGreeting {
  readonly offersTls: boolean;
  readonly nonce: Buffer;
  /** The authentication plugin that the server proposes. */
  readonly plugin: string;
}

export interface MysqlError {
  readonly code: number;
  /** SQLSTATE; null before the login. */
  readonly state: string | null;
  readonly message: string;
}

export interface MysqlLogin {
  readonly user: string;
  readonly password: string | null;
  readonly database: string | null;
}

export const mysqlPacket = (sequence: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(headBytes);
  head.writeUIntLE(payload.length, 0, 3);
  head.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([head, payload]);
};

/** Parses the first complete packet. `not-mysql`: the bytes do not start with a packet of a login. */
export function takePacket(bytes: Buffer): ParsedPacket | 'incomplete' | 'not-mysql' {
  if (bytes.length < headBytes) return 'incomplete';
  const length = bytes.readUIntLE(0, 3);
  if (length === 0 || length > maxPacketBytes) return 'not-mysql';
  const end = headBytes + length;
  if (bytes.length < end) return 'incomplete';
  return { sequence: bytes.readUInt8(3), payload: bytes.subarray(headBytes, end), rest: bytes.subarray(end) };
}

/** Protocol::HandshakeV10, sent by every server since 4.1; null for anything else. */
export function readGreeting(payload: Buffer): MysqlGreeting | null {
  const versionEnd = payload.indexOf(0, 1);
  const fields = payload.subarray(versionEnd + 1);
  const secondPart = 31;
  if (payload[0] !== 10 || versionEnd === -1 || fields.length < secondPart + 12) return null;
  const capabilities = fields.readUInt16LE(13) + fields.readUInt16LE(18) * 0x10000;
  const nonce = Buffer.concat([fields.subarray(4, 12), fields.subarray(secondPart, secondPart + 12)]);
  const pluginAt = secondPart + Math.max(13, fields.readUInt8(20) - 8);
  const namesPlugin = (capabilities & capability.authPlugins) !== 0;
  return {
    offersTls: (capabilities & capability.tls) !== 0,
    nonce,
    plugin: namesPlugin ? textUntilZero(fields.subarray(pluginAt)) : 'mysql_native_password',
  };
}

/** The payload of an ERR packet. */
export function readError(payload: Buffer): MysqlError | null {
  if (payload[0] !== 0xff || payload.length < 3) return null;
  const hasState = payload[3] === 0x23;
  return {
    code: payload.readUInt16LE(1),
    state: hasState ? payload.toString('latin1', 4, 9) : null,
    message: payload.toString('utf8', hasState ? 9 : 3),
  };
}

export interface SwitchRequest {
  readonly plugin: string;
  readonly nonce: Buffer;
}

/** Protocol::AuthSwitchRequest. Without a plugin name, it requests the password hash used before 4.1. */
export const readSwitchRequest = (payload: Buffer): SwitchRequest => {
  const plugin = payload.length === 1 ? 'mysql_old_password' : textUntilZero(payload.subarray(1));
  const nonceAt = 1 + Buffer.byteLength(plugin) + 1;
  return { plugin, nonce: payload.subarray(nonceAt, nonceAt + nonceBytes) };
};

export interface LoginAnswer extends Omit<MysqlLogin, 'password'> {
  readonly plugin: string;
  /** At most 255 bytes. */
  readonly proof: Buffer;
  readonly isEncrypted: boolean;
}

/** Protocol::HandshakeResponse41. */
export function loginPayload({ user, database, plugin, proof, isEncrypted }: LoginAnswer): Buffer {
  const zero = Buffer.alloc(1);
  return Buffer.concat([
    loginHead({ isEncrypted, namesDatabase: database !== null }),
    ...[Buffer.from(user), zero],
    ...[Buffer.from([proof.length]), proof],
    ...(database === null ? [] : [Buffer.from(database), zero]),
    ...[Buffer.from(plugin), zero],
  ]);
}

/** Protocol::SSLRequest: the head of the login packet, after which the client starts the TLS handshake. */
export const tlsRequestPayload = (): Buffer => loginHead({ isEncrypted: true, namesDatabase: false });

function loginHead(has: { readonly isEncrypted: boolean; readonly namesDatabase: boolean }): Buffer {
  const { longPassword, protocol41, secureConnection, authPlugins, connectsWithDatabase, tls } = capability;
  const head = Buffer.alloc(32);
  const always = longPassword | protocol41 | secureConnection | authPlugins;
  head.writeUInt32LE(
    always | (has.namesDatabase ? connectsWithDatabase : 0) | (has.isEncrypted ? tls : 0),
    0,
  );
  head.writeUInt32LE(maxPacketBytes, 4);
  head.writeUInt8(charset, 8);
  return head;
}

function textUntilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}
