/**
 * The login of a MySQL server without TLS, from its public documentation: greeting, password proof, result. Covers what
 * Debian's MariaDB lacks: `caching_sha2_password`, and unknown plugins.
 */
import {
  constants,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import type { Socket } from 'node:net';
import type { Behavior } from './test-server.ts';

export interface MysqlServerOptions {
  readonly password?: string;
  /** The plugin named in the greeting. */
  readonly plugin?: string;
  /** The plugin of the account; default: the same. */
  readonly accountPlugin?: string;
  /** Whether the server has cached the password of an earlier login. */
  readonly isCached?: boolean;
  /** The error sent for a valid login. */
  readonly error?: ServerError;
}

interface ServerError {
  readonly code: number;
  readonly state: string;
  readonly message: string;
}

export interface FakeMysql {
  readonly behavior: Behavior;
  /** Client actions, oldest first: `login app`, `SELECT 1`, `quit`, `broke off`. */
  readonly events: string[];
}

const nonce = Buffer.from('abcdefghijklmnopqrst');
const fullPacket = (sequence: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([payload.length & 0xff, payload.length >> 8, 0, sequence]), payload]);

const greetingPayload = (plugin: string): Buffer =>
  Buffer.concat([
    Buffer.from('\x0a8.4.0\0\x07\0\0\0'),
    nonce.subarray(0, 8),
    // A zero byte; PROTOCOL_41 and SECURE_CONNECTION; the character set; the status; PLUGIN_AUTH; 21; 10 zero bytes.
    Buffer.from('0000822d0200080015'.concat('00'.repeat(10)), 'hex'),
    nonce.subarray(8),
    Buffer.from(`\0${plugin}\0`),
  ]);

const okPayload = Buffer.from('00000002000000', 'hex');

const errorPayload = ({ code, state, message }: ServerError): Buffer =>
  Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(`#${state}${message}`)]);

const sha256 = (...parts: readonly Buffer[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const sha1 = (...parts: readonly Buffer[]): Buffer =>
  createHash('sha1').update(Buffer.concat(parts)).digest();
const xor = (one: Buffer, other: Buffer): Buffer =>
  Buffer.from(one.map((byte, index) => byte ^ (other[index % other.length] ?? 0)));

/** Like a real server, which knows only the password's double hash. */
function accepts(proof: Buffer, plugin: string, password: string): boolean {
  if (plugin === 'mysql_native_password') {
    const known = sha1(sha1(Buffer.from(password)));
    return proof.length === 20 && sha1(xor(proof, sha1(nonce, known))).equals(known);
  }
  const known = sha256(sha256(Buffer.from(password)));
  return proof.length === 32 && sha256(xor(proof, sha256(known, nonce))).equals(known);
}

interface ReceivedLogin {
  readonly user: string;
  readonly proof: Buffer;
  readonly plugin: string;
}

/** Parses a login without a database; null: something else. */
function readLogin(payload: Buffer): ReceivedLogin | null {
  const userEnd = payload.indexOf(0, 32);
  if (userEnd === -1 || payload.length < userEnd + 2) return null;
  const proofAt = userEnd + 2;
  const proofEnd = proofAt + payload.readUInt8(userEnd + 1);
  return {
    user: payload.toString('utf8', 32, userEnd),
    proof: payload.subarray(proofAt, proofEnd),
    plugin: payload.toString('utf8', proofEnd, payload.length - 1),
  };
}

export function speaksMysql(options: MysqlServerOptions = {}): FakeMysql {
  const events: string[] = [];
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { events, behavior: (socket) => new MysqlSession(socket, options, { events, keys }).greet() };
}

interface Shared {
  readonly events: string[];
  readonly keys: KeyPairKeyObjectResult;
}

class MysqlSession {
  readonly #socket: Socket;
  readonly #options: MysqlServerOptions;
  readonly #shared: Shared;
  readonly #password: string;
  readonly #plugin: string;
  readonly #accountPlugin: string;
  #received: Buffer = Buffer.alloc(0);
  #sequence = 0;
  #isOver = false;
  #onPayload: (payload: Buffer) => void = (payload) => this.#onLogin(payload);

  constructor(socket: Socket, options: MysqlServerOptions, shared: Shared) {
    this.#socket = socket;
    this.#options = options;
    this.#shared = shared;
    this.#password = options.password ?? 'secret';
    this.#plugin = options.plugin ?? 'mysql_native_password';
    this.#accountPlugin = options.accountPlugin ?? this.#plugin;
  }

  greet(): void {
    this.#socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#socket.once('close', () => {
      if (!this.#isOver) this.#record('broke off');
    });
    this.#socket.write(fullPacket(0, greetingPayload(this.#plugin)));
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 4 && !this.#isOver) {
      const end = 4 + this.#received.readUIntLE(0, 3);
      if (this.#received.length < end) return;
      const payload = this.#received.subarray(4, end);
      this.#sequence = this.#received.readUInt8(3);
      this.#received = this.#received.subarray(end);
      this.#onPayload(payload);
    }
  }

  #onLogin(payload: Buffer): void {
    const login = readLogin(payload);
    if (login === null) return this.#end('bad handshake');
    this.#record(`login ${login.user}`);
    if (login.plugin === this.#accountPlugin) return this.#onProof(login.proof);
    const name = Buffer.from(`${this.#accountPlugin}\0`);
    this.#reply(Buffer.concat([Buffer.from([0xfe]), name, nonce, Buffer.alloc(1)]));
    this.#onPayload = (proof) => this.#onProof(proof);
  }

  #onProof(proof: Buffer): void {
    const isSha2 = this.#accountPlugin === 'caching_sha2_password';
    if (proof.length === 0 || !(isSha2 || this.#accountPlugin === 'mysql_native_password'))
      return this.#refuse();
    if (isSha2 && this.#options.isCached === false) {
      this.#reply(Buffer.from([1, 4]));
      this.#onPayload = (payload) => this.#onKeyRequest(payload);
    } else if (!accepts(proof, this.#accountPlugin, this.#password)) {
      this.#refuse();
    } else {
      if (isSha2) this.#reply(Buffer.from([1, 3]));
      this.#acceptLogin();
    }
  }

  #onKeyRequest(payload: Buffer): void {
    if (!payload.equals(Buffer.from([2]))) return this.#refuse();
    const { publicKey } = this.#shared.keys;
    this.#reply(
      Buffer.concat([Buffer.from([1]), Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))]),
    );
    this.#onPayload = (encrypted) => this.#onEncryptedPassword(encrypted);
  }

  #onEncryptedPassword(payload: Buffer): void {
    const key = { key: this.#shared.keys.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING };
    const opened = xor(privateDecrypt(key, payload), nonce).toString();
    if (opened === `${this.#password}\0`) this.#acceptLogin();
    else this.#refuse();
  }

  #onCommand(payload: Buffer): void {
    if (payload[0] === 1) return this.#end('quit');
    this.#record(payload.toString('latin1', 1));
    // The column count; the check does not read the rest of the result.
    this.#reply(Buffer.from([1]));
  }

  #acceptLogin(): void {
    const { error } = this.#options;
    this.#onPayload = (payload) => this.#onCommand(payload);
    this.#reply(error === undefined ? okPayload : errorPayload(error));
    if (error !== undefined) this.#end('turned away');
  }

  #refuse(): void {
    this.#reply(errorPayload({ code: 1045, state: '28000', message: 'Access denied' }));
    this.#end('refused');
  }

  #end(event: string): void {
    this.#record(event);
    this.#isOver = true;
    this.#socket.end();
  }

  #reply(payload: Buffer): void {
    this.#sequence += 1;
    this.#socket.write(fullPacket(this.#sequence, payload));
  }

  #record(event: string): void {
    this.#shared.events.push(event);
  }
}
