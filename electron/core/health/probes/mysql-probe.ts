/**
 * Logs in to MySQL or MariaDB, over TLS if configured, and asks `SELECT 1`. Without a user it logs in as nobody.
 *
 * These servers count a connection that ends before its login as an error, and block a host after `max_connect_errors`
 * (100) of them. A bare connection, one that has read the greeting, COM_QUIT instead of the login, and a TLS handshake
 * that fails all count (`acl_authenticate` in sql_acl.cc: CR_AUTH_HANDSHAKE; MDEV-21456). A refused login does not. So
 * once the server has greeted:
 *
 * 1. Each check waits for the answer to a login. When something is wrong before that, the login is nobody's, and the
 *    problem is reported after its refusal.
 * 2. A check that was let in ends with COM_QUIT.
 */
import type net from 'node:net';
import tls from 'node:tls';
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import { toEvidence } from '../../failure/evidence.ts';
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { badCertificate } from './connection-error.ts';
import { readGreetingError, readLoginError, readRefusalOfNobody } from './mysql-errors.ts';
import {
  loginPayload,
  readError,
  readGreeting,
  readSwitchRequest,
  tlsRequestPayload,
  type MysqlError,
  type MysqlLogin,
} from './mysql-packets.ts';
import { clearPassword, noProof, proofOf, sealedPassword, type Challenge } from './mysql-passwords.ts';
import { MysqlStream } from './mysql-stream.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { otherProtocol, refusal, type FailedProbe } from './probe-failures.ts';
import { tlsOptions } from './probe-tls.ts';

export type MysqlProbeSpec = Extract<ProbeSpec, { readonly type: 'mysql' }>;

/** An account of this name without a password and without rights lets these checks in. */
const nobody: MysqlLogin = { user: 'localport', password: null, database: null };

const commands = { quit: Buffer.from([0x01]), selectOne: Buffer.from('\x03SELECT 1') } as const;

/** Whoever answers in the server's place could give a key of their own, and read the password. */
const unverifiedKey = refusal(
  'MySQL wants the password by a public key that cannot be verified, on a connection without TLS',
  'The password would go to MySQL unprotected',
  'Set tls: true in the health check',
);

/** First bytes of what the server says to a login. */
const answers = { ok: 0x00, moreData: 0x01, switchPlugin: 0xfe } as const;

/** `caching_sha2_password`: the server's words, and the client's where the password would go in the clear. */
const sha2 = {
  proofAccepted: Buffer.from([0x03]),
  passwordWanted: Buffer.from([0x04]),
  publicKeyWanted: Buffer.from([0x02]),
} as const;

/** Passes with the answer to `SELECT 1`; without a user with the answer to the login, which may be its refusal. */
export function probeMysql(request: ProbeRequest, spec: MysqlProbeSpec): Promise<ProbeResult> {
  const caFile = spec.tls && spec.verifySsl ? spec.caFile : null;
  return probeOverConnection(request, { halfCloses: true, caFile }, (connection) => {
    new MysqlDialogue(connection, spec, request.isPathOpen === true).begin();
  });
}

class MysqlDialogue {
  readonly #connection: ProbeConnection;
  readonly #spec: MysqlProbeSpec;
  readonly #stream: MysqlStream;
  readonly #isPathOpen: boolean;
  #onPayload: (payload: Buffer) => void = (payload) => this.#onGreeting(payload);
  /** null: nobody's. */
  #login: MysqlLogin | null;
  #challenge: Challenge = { plugin: '', nonce: Buffer.alloc(0) };
  #isEncrypted = false;
  /** How the check ends, whatever the server says to the login. */
  #foregone: FailedProbe | null = null;

  constructor(connection: ProbeConnection, spec: MysqlProbeSpec, isPathOpen: boolean) {
    this.#connection = connection;
    this.#spec = spec;
    this.#isPathOpen = isPathOpen;
    const { user, password, database } = spec;
    this.#login = user === null ? null : { user, password, database };
    this.#stream = new MysqlStream(connection, (payload) => this.#onPayload(payload));
  }

  begin(): void {
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
    else this.#logInAsNobody(refusal('MySQL does not offer TLS', 'MySQL does not offer TLS'));
  }

  #encrypt(): void {
    this.#stream.send(tlsRequestPayload());
    this.#stream.stop();
    // The certificate is judged afterwards: a handshake that is broken off counts as an error.
    const options = { ...tlsOptions(this.#spec), rejectUnauthorized: false };
    this.#connection.encrypt(options, ({ socket }) => {
      this.#isEncrypted = true;
      this.#stream.resume();
      const problem = this.#spec.verifySsl ? certificateProblem(socket) : null;
      if (problem === null) this.#logIn();
      else this.#logInAsNobody(badCertificate(problem));
    });
  }

  #logInAsNobody(foregone: FailedProbe): void {
    this.#foregone = foregone;
    this.#login = null;
    this.#logIn();
  }

  #logIn(): void {
    this.#reach('answer to the login');
    this.#onPayload = (payload) => this.#onLoginAnswer(payload);
    // If the account does need the plugin that the check does not know, the server will say so.
    if (this.#proof() === null) this.#challenge = { ...this.#challenge, plugin: 'mysql_native_password' };
    const { plugin } = this.#challenge;
    const { user, database } = this.#login ?? nobody;
    const proof = this.#proof() ?? noProof(plugin);
    const isEncrypted = this.#isEncrypted;
    this.#stream.send(loginPayload({ user, database, plugin, proof, isEncrypted }));
  }

  #onLoginAnswer(payload: Buffer): void {
    const error = readError(payload);
    if (error !== null) return this.#onRefused(error);
    const [kind] = payload;
    if (kind === answers.ok) return this.#onLetIn();
    if (kind === answers.moreData) return this.#onMoreData(payload.subarray(1));
    if (kind !== answers.switchPlugin) return this.#end(otherProtocol('MySQL'));
    this.#challenge = readSwitchRequest(payload);
    this.#prove(this.#proof());
  }

  /** null: the check does not know how. */
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
      this.#foregone ??= unverifiedKey;
      return this.#prove(null);
    }
    if (data.equals(sha2.passwordWanted))
      return this.#prove(this.#isEncrypted ? clearPassword(password) : sha2.publicKeyWanted);
    this.#prove(sealedPassword(password, nonce, data));
  }

  #prove(proof: Buffer | null): void {
    const { plugin } = this.#challenge;
    if (proof === null && this.#login !== null) {
      const title = 'MySQL requires an authentication plugin that health checks do not support';
      this.#foregone ??= refusal(`MySQL requires ${toEvidence(plugin, [])}`, title);
    }
    this.#stream.send(proof ?? noProof(plugin));
  }

  #onLetIn(): void {
    this.#connection.partWith(() => {
      this.#stream.command(commands.quit);
      this.#connection.socket.end();
    });
    const login = this.#login;
    if (login === null || this.#foregone !== null) return this.#end(this.#foregone);
    this.#reach('answer to SELECT 1');
    this.#onPayload = (payload) => {
      const error = readError(payload);
      this.#end(error === null ? null : readLoginError(error, login));
    };
    this.#stream.command(commands.selectOne);
  }

  #onRefused(error: MysqlError): void {
    const login = this.#login;
    const failure = login === null ? readRefusalOfNobody(error) : readLoginError(error, login);
    this.#end(this.#foregone ?? failure);
  }

  /** null: the check has passed. */
  #end(failure: FailedProbe | null): void {
    if (failure === null) this.#connection.pass();
    else this.#connection.fail(failure);
    this.#stream.stop();
  }

  #reach(awaits: string): void {
    const whenClosed = `the connection was closed before the ${awaits} of MySQL came`;
    this.#connection.reach({ awaits, name: 'before-answer', whenClosed });
  }
}

/** A code of OpenSSL or Node; null for a certificate that is trusted and names the server. */
function certificateProblem(socket: net.Socket): string | null {
  if (!(socket instanceof tls.TLSSocket) || socket.authorized) return null;
  // Typed as an error, but it is the code of one (onConnectSecure in Node's _tls_wrap.js).
  const error: unknown = socket.authorizationError;
  return typeof error === 'string' ? error : 'unknown';
}
