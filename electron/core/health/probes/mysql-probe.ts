/**
 * Logs in to MySQL or MariaDB, over TLS if configured, and runs `SELECT 1`. Without a user it logs in anonymously.
 *
 * These servers count a connection that ends before its login as an error, and block a host after `max_connect_errors`
 * (100). All of these count: a bare connection, one that only reads the greeting, COM_QUIT instead of the login, and a
 * failed TLS handshake (`acl_authenticate` in sql_acl.cc: CR_AUTH_HANDSHAKE; MDEV-21456). A rejected login does not
 * count. So once the server has sent its greeting:
 *
 * 1. Each check waits for the answer to a login. If something is wrong before that, the login is anonymous, and the
 *    problem is reported after its rejection.
 * 2. A check that logged in ends with COM_QUIT.
 */
import type net from 'node:net';
import tls from 'node:tls';
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import { toEvidence } from '../../failure/evidence.ts';
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { badCertificate } from './connection-error.ts';
import { readGreetingError, readLoginError, readAnonymousRefusal } from './mysql-errors.ts';
import {
  loginPayload,
  readError,
  readGreeting,
  readSwitchRequest,
  tlsRequestPayload,
  type MysqlError,
  type MysqlLogin,
} from './mysql-packets.ts';
import { clearPassword, noProof, proofOf, encryptedPassword, type Challenge } from './mysql-passwords.ts';
import { MysqlStream } from './mysql-stream.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { otherProtocol, refusal, type FailedProbe } from './probe-failures.ts';
import { tlsOptions } from './probe-tls.ts';

export type MysqlProbeSpec = Extract<ProbeSpec, { readonly type: 'mysql' }>;

/** Used by anonymous checks. It logs in only if an account of this name exists without a password. */
const anonymousLogin: MysqlLogin = { user: 'localport', password: null, database: null };

const commands = { quit: Buffer.from([0x01]), selectOne: Buffer.from('\x03SELECT 1') } as const;

/** An impostor could send its own key and then decrypt the password. */
const unverifiedKey = refusal(
  'MySQL requests the password encrypted with a public key that cannot be verified, on a connection without TLS',
  'The password would be sent to MySQL unprotected',
  'Set tls: true in the health check',
);

/** The first byte of the server's reply to a login. */
const answers = { ok: 0x00, moreData: 0x01, switchPlugin: 0xfe } as const;

/** `caching_sha2_password`: status bytes of the server, and the client's request for its public key. */
const sha2 = {
  proofAccepted: Buffer.from([0x03]),
  passwordRequired: Buffer.from([0x04]),
  publicKeyRequest: Buffer.from([0x02]),
} as const;

/** Passes with the answer to `SELECT 1`; without a user, with the answer to the login, even a rejection. */
export function probeMysql(request: ProbeRequest, spec: MysqlProbeSpec): Promise<ProbeResult> {
  const caFile = spec.tls && spec.verifySsl ? spec.caFile : null;
  return probeOverConnection(request, { halfCloses: true, caFile }, (connection) => {
    new MysqlDialogue(connection, spec, request.isPathOpen === true).start();
  });
}

class MysqlDialogue {
  readonly #connection: ProbeConnection;
  readonly #spec: MysqlProbeSpec;
  readonly #stream: MysqlStream;
  readonly #isPathOpen: boolean;
  #onPayload: (payload: Buffer) => void = (payload) => this.#onGreeting(payload);
  /** null: anonymous. */
  #login: MysqlLogin | null;
  #challenge: Challenge = { plugin: '', nonce: Buffer.alloc(0) };
  #isEncrypted = false;
  /** A failure known before the login; it is reported whatever the login returns. */
  #earlierFailure: FailedProbe | null = null;

  constructor(connection: ProbeConnection, spec: MysqlProbeSpec, isPathOpen: boolean) {
    this.#connection = connection;
    this.#spec = spec;
    this.#isPathOpen = isPathOpen;
    const { user, password, database } = spec;
    this.#login = user === null ? null : { user, password, database };
    this.#stream = new MysqlStream(connection, (payload) => this.#onPayload(payload));
  }

  start(): void {
    this.#reach('greeting');
    this.#stream.resume();
  }

  #onGreeting(payload: Buffer): void {
    const error = readError(payload);
    if (error !== null) return this.#end(readGreetingError(error));
    const greeting = readGreeting(payload);
    if (greeting === null) return this.#end(otherProtocol('MySQL'));
    this.#challenge = greeting;
    if (!this.#spec.tls) this.#logIn();
    else if (greeting.offersTls) this.#encrypt();
    else this.#logInAnonymously(refusal('MySQL does not offer TLS', 'MySQL does not offer TLS'));
  }

  #encrypt(): void {
    this.#stream.send(tlsRequestPayload());
    this.#stream.stop();
    // The certificate is verified afterwards: an aborted handshake counts as an error.
    const options = { ...tlsOptions(this.#spec), rejectUnauthorized: false };
    this.#connection.encrypt(options, ({ socket }) => {
      this.#isEncrypted = true;
      this.#stream.resume();
      const problem = this.#spec.verifySsl ? certificateProblem(socket) : null;
      if (problem === null) this.#logIn();
      else this.#logInAnonymously(badCertificate(problem));
    });
  }

  #logInAnonymously(earlierFailure: FailedProbe): void {
    this.#earlierFailure = earlierFailure;
    this.#login = null;
    this.#logIn();
  }

  #logIn(): void {
    this.#reach('answer to the login');
    this.#onPayload = (payload) => this.#onLoginAnswer(payload);
    // If the account really needs the unsupported plugin, the server will request it.
    if (this.#proof() === null) this.#challenge = { ...this.#challenge, plugin: 'mysql_native_password' };
    const { plugin } = this.#challenge;
    const { user, database } = this.#login ?? anonymousLogin;
    const proof = this.#proof() ?? noProof(plugin);
    const isEncrypted = this.#isEncrypted;
    this.#stream.send(loginPayload({ user, database, plugin, proof, isEncrypted }));
  }

  #onLoginAnswer(payload: Buffer): void {
    const error = readError(payload);
    if (error !== null) return this.#onRefused(error);
    const [kind] = payload;
    if (kind === answers.ok) return this.#onLoggedIn();
    if (kind === answers.moreData) return this.#onMoreData(payload.subarray(1));
    if (kind !== answers.switchPlugin) return this.#end(otherProtocol('MySQL'));
    this.#challenge = readSwitchRequest(payload);
    this.#prove(this.#proof());
  }

  /** null: the check does not support the plugin. */
  #proof(): Buffer | null {
    const { plugin } = this.#challenge;
    if (this.#login === null) return noProof(plugin);
    return proofOf(this.#login.password ?? '', this.#challenge, this.#isEncrypted);
  }

  #onMoreData(data: Buffer): void {
    const { plugin, nonce } = this.#challenge;
    const password = this.#login?.password ?? null;
    if (plugin !== 'caching_sha2_password' || password === null) return this.#prove(null);
    if (data.equals(sha2.proofAccepted)) return;
    if (!this.#isEncrypted && this.#isPathOpen) {
      this.#earlierFailure ??= unverifiedKey;
      return this.#prove(null);
    }
    if (data.equals(sha2.passwordRequired))
      return this.#prove(this.#isEncrypted ? clearPassword(password) : sha2.publicKeyRequest);
    this.#prove(encryptedPassword(password, nonce, data));
  }

  #prove(proof: Buffer | null): void {
    const { plugin } = this.#challenge;
    if (proof === null && this.#login !== null) {
      const title = 'MySQL requires an authentication plugin that health checks do not support';
      this.#earlierFailure ??= refusal(`MySQL requires ${toEvidence(plugin, [])}`, title);
    }
    this.#stream.send(proof ?? noProof(plugin));
  }

  #onLoggedIn(): void {
    this.#connection.closeWith(() => {
      this.#stream.command(commands.quit);
      this.#connection.socket.end();
    });
    const login = this.#login;
    if (login === null || this.#earlierFailure !== null) return this.#end(this.#earlierFailure);
    this.#reach('answer to SELECT 1');
    this.#onPayload = (payload) => {
      const error = readError(payload);
      this.#end(error === null ? null : readLoginError(error, login));
    };
    this.#stream.command(commands.selectOne);
  }

  #onRefused(error: MysqlError): void {
    const login = this.#login;
    const failure = login === null ? readAnonymousRefusal(error) : readLoginError(error, login);
    this.#end(this.#earlierFailure ?? failure);
  }

  /** null: the check passed. */
  #end(failure: FailedProbe | null): void {
    if (failure === null) this.#connection.pass();
    else this.#connection.fail(failure);
    this.#stream.stop();
  }

  #reach(awaits: string): void {
    const whenClosed = `the connection was closed before MySQL sent the ${awaits}`;
    this.#connection.reach({ awaits, name: 'before-answer', whenClosed });
  }
}

/** An error code of OpenSSL or Node; null for a trusted certificate that matches the server's name. */
function certificateProblem(socket: net.Socket): string | null {
  if (!(socket instanceof tls.TLSSocket) || socket.authorized) return null;
  // Typed as an error, but Node sets the error's code (onConnectSecure in _tls_wrap.js).
  const error: unknown = socket.authorizationError;
  return typeof error === 'string' ? error : 'unknown';
}
