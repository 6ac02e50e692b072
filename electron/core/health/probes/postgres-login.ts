/** Logs in to PostgreSQL over the tunnel and runs `SELECT 1`, encrypted according to `sslmode`. */
import type { Client, DatabaseError } from 'pg';
import { toEvidence } from '../../failure/evidence.ts';
import type { ProbeRequest, ProbeResult, WrongAnswer } from '../probe.ts';
import {
  requestTls,
  encryptionsToTry,
  postgresTls,
  type LoginEncryption,
  type PostgresProbeSpec,
} from './postgres-encryption.ts';
import { postgresStream } from './postgres-stream.ts';
import { probeOverConnection, type ProbeConnection } from './probe-connection.ts';
import { lateAnswer, otherProtocol } from './probe-failures.ts';

export type PostgresLogin = PostgresProbeSpec & { readonly user: string };

interface Library {
  readonly Client: typeof Client;
  readonly DatabaseError: typeof DatabaseError;
}

type OnExposure = (connection: ProbeConnection, how: string) => void;

/** The Terminate message (X). */
const terminate = Buffer.from([0x58, 0, 0, 0, 4]);

/**
 * SQLSTATEs that another tunnel would get as well: no such role or wrong password (28), no such database (3D), no
 * permission (42), and what poolers send for unknown users and databases (08P01).
 */
const refusals = /^(28|3D|42|08P01)/;
/** No line of pg_hba.conf allows this user on this kind of connection; the other kind may be allowed. */
const noEntry = '28000';

const noPassword = 'PostgreSQL requires a password, and the health check has none';

/** Passes with the answer to `SELECT 1`. A rejection is an answer too: it proves that the tunnel carries bytes. */
export async function logIn(request: ProbeRequest, login: PostgresLogin): Promise<ProbeResult> {
  // Before connecting, so that loading the library does not count as latency.
  const library = await loadLibrary();
  const until = request.clock.now() + request.timeoutMs;
  const [first, second] = encryptionsToTry(login.sslmode);
  const attempt = new LoginAttempt(library, login, first ?? 'tls');
  const result = await attempt.run(request);
  const timeoutMs = until - request.clock.now();
  if (second === undefined || !attempt.mayTryOtherEncryption || result.kind !== 'failed' || timeoutMs <= 0)
    return result;
  const retry = new LoginAttempt(library, login, second);
  const retried = await retry.run({ ...request, timeoutMs });
  // If the server allows no login without TLS either, the TLS failure is what needs fixing.
  return second === 'plain' && retry.mayTryOtherEncryption
    ? result
    : ofWholeCheck(retried, request.timeoutMs);
}

/** A second attempt has only the remaining time, and PostgreSQL has already answered the first. */
function ofWholeCheck(result: ProbeResult, timeoutMs: number): ProbeResult {
  if (result.kind !== 'failed') return result;
  const { failure } = result;
  if (failure.kind === 'timed-out')
    return lateAnswer({ ...failure, afterMs: timeoutMs, remoteEndSpoke: true });
  return failure.kind === 'closed' ? { ...result, failure: { ...failure, remoteEndSpoke: true } } : result;
}

/** Loaded from disk by the first check that logs in. */
async function loadLibrary(): Promise<Library> {
  const { default: pg } = await import('pg');
  return pg;
}

class LoginAttempt {
  readonly #library: Library;
  readonly #login: PostgresLogin;
  readonly #encryption: LoginEncryption;
  /**
   * The kind of connection may be the reason for the failure: the TLS handshake failed, or this user may not use it.
   */
  mayTryOtherEncryption = false;

  constructor(library: Library, login: PostgresLogin, encryption: LoginEncryption) {
    this.#library = library;
    this.#login = login;
    this.#encryption = encryption;
  }

  run(request: ProbeRequest): Promise<ProbeResult> {
    const caFile = this.#encryption === 'plain' ? null : this.#login.caFile;
    return probeOverConnection(request, { halfCloses: true, caFile }, (connection) => {
      if (this.#encryption === 'plain') void this.#runLogin(connection, this.#exposure(request));
      else this.#encrypt(connection, this.#exposure(request));
    });
  }

  /** What to do if the server requests the password in a form that can be intercepted without TLS; null: send it. */
  #exposure({ isPathOpen = false }: ProbeRequest): OnExposure | null {
    if (!isPathOpen || this.#login.password === null) return null;
    return (connection, how) => {
      this.mayTryOtherEncryption = true;
      connection.failAnswered(`PostgreSQL requests the password ${how}, on a connection without TLS`, {
        code: 'check-refused',
        title: `The password would be sent to PostgreSQL unprotected, ${how}`,
        remedy: 'Set sslmode: require in the health check, or have the server use scram-sha-256',
      });
    };
  }

  #encrypt(connection: ProbeConnection, onExposure: OnExposure | null): void {
    requestTls(connection, (offer) => {
      if (offer === 'offered') {
        this.mayTryOtherEncryption = true;
        connection.encrypt(postgresTls(this.#login), () => void this.#runLogin(connection, null));
      } else if (offer === 'declined' && this.#encryption === 'tls-if-offered') {
        void this.#runLogin(connection, onExposure);
      } else if (offer === 'declined') {
        connection.failAnswered('PostgreSQL does not offer TLS', refused('PostgreSQL does not offer TLS'));
      } else {
        this.mayTryOtherEncryption = true;
        connection.failAnswered('PostgreSQL answered the request for TLS with an error', anError);
      }
    });
  }

  /** Never rejects. */
  async #runLogin(connection: ProbeConnection, onExposure: OnExposure | null): Promise<void> {
    this.mayTryOtherEncryption = false;
    connection.reach({
      awaits: 'answer to the login',
      name: 'before-answer',
      whenClosed: 'the connection was closed before PostgreSQL answered the login',
    });
    connection.closeWith(() => connection.socket.end(terminate));
    try {
      const client = this.#clientOver(connection, onExposure);
      await client.connect();
      connection.reach({
        awaits: 'answer to SELECT 1',
        name: 'before-answer',
        whenClosed: 'the connection was closed before PostgreSQL answered SELECT 1',
      });
      await client.query('SELECT 1');
      connection.pass();
    } catch (error) {
      this.#judge(connection, error);
    }
  }

  #clientOver(connection: ProbeConnection, onExposure: OnExposure | null): Client {
    const { user, database, password } = this.#login;
    const client = new this.#library.Client({
      user,
      database: database ?? user,
      // A function, because otherwise pg would read ~/.pgpass and PGPASSWORD.
      password: () => {
        if (password === null) throw new Error(noPassword);
        return password;
      },
      host: 'localhost',
      port: 5432,
      ssl: false,
      application_name: 'LocalPort',
      stream: () => postgresStream(connection, onExposure && ((how) => onExposure(connection, how))),
    });
    // The connection reports its own end.
    client.on('error', () => undefined);
    return client;
  }

  #judge(connection: ProbeConnection, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const title = `PostgreSQL refused the login of ${this.#login.user}`;
    if (error instanceof this.#library.DatabaseError) {
      const { code } = error;
      if (code === undefined) return connection.fail(otherProtocol('PostgreSQL'));
      this.mayTryOtherEncryption = code === noEntry;
      const finding = this.#quote(`${message} (${code})`);
      connection.failAnswered(finding, refusals.test(code) ? refused(title) : anError);
    } else if (message === noPassword || message.startsWith('SASL')) {
      connection.failAnswered(this.#quote(message), refused(title));
    } else {
      connection.failClosed();
    }
  }

  #quote(message: string): string {
    const { password } = this.#login;
    return toEvidence(message, password === null ? [] : [password]);
  }
}

const anError: WrongAnswer = { code: 'check-failed', title: 'PostgreSQL answered with an error' };
const refused = (title: string): WrongAnswer => ({ code: 'check-refused', title });
