/**
 * Remembers the results of logins, so that twenty services with one wrong key do not lock the user out of the host.
 * From OpenSSH 9.8 on, sshd blocks an address for a while after a few quick failures (PerSourcePenalties in
 * sshd_config(5): 5 s for each failed login, in force from 15 s on). Invariants:
 *
 * 1. A login that failed is not retried by any service for 60 s, and then every 5 minutes. A forced request
 *    bypasses this once: a failure after that request blocks it too. A failed forced attempt restarts the count.
 * 2. After a login that the server refused, another login to the same host that is not known to work waits for 6 s.
 */
import type { Cause, CauseCode } from '../../../shared/failure.ts';

const firstRecheckMs = 60_000;
const laterRecheckMs = 300_000;
/** Slightly more than one penalty, so that penalties never add up. */
const penaltyMs = 6_000;
/** For logins and for hosts; beyond it, the oldest are dropped. */
const maxRemembered = 256;

/** The server refused the login. `file-missing`: ssh continued without that key and was refused. */
const refusedCodes: ReadonlySet<CauseCode> = new Set(['auth-failed', 'question-unanswered', 'file-missing']);
/** The client refused the server, which sshd does not penalize. */
const hostKeyCodes: ReadonlySet<CauseCode> = new Set(['host-key-unknown', 'host-key-changed']);

/** A request for permission to log in. */
export interface LoginRequest {
  /** The same for all services that log in with the same settings. */
  readonly login: string;
  readonly host: string;
  /** Monotonic. */
  readonly requestedAt: number;
  /** Ignores failures from before `requestedAt`. */
  readonly forced: boolean;
}

type LoginRecord =
  | { readonly kind: 'works' }
  | { readonly kind: 'failed'; readonly cause: Cause; readonly at: number; readonly failures: number };

export class LoginMemory {
  readonly #logins = new Map<string, LoginRecord>();
  readonly #lastFailureAt = new Map<string, number>();

  /** Why this login must not be tried now; null: it may. */
  refusal(request: LoginRequest, now: number): Cause | null {
    const record = this.#logins.get(request.login);
    if (record?.kind !== 'failed' || isOverridden(record.at, request)) return null;
    const recheckMs = record.failures === 1 ? firstRecheckMs : laterRecheckMs;
    return now < record.at + recheckMs ? record.cause : null;
  }

  /** The earliest time at which this login may begin. */
  notBefore(request: LoginRequest): number {
    const failedAt = this.#lastFailureAt.get(request.host);
    const isFree = failedAt === undefined || this.#logins.get(request.login)?.kind === 'works';
    return isFree || isOverridden(failedAt, request) ? -Infinity : failedAt + penaltyMs;
  }

  worked({ login }: LoginRequest): void {
    remember(this.#logins, login, { kind: 'works' });
  }

  /** Call it for any failure; only failed logins are recorded. */
  failed({ login, host, forced }: LoginRequest, cause: Cause, at: number): void {
    const isRefused = refusedCodes.has(cause.code);
    if (!isRefused && !hostKeyCodes.has(cause.code)) return;
    const before = this.#logins.get(login);
    const failures = before?.kind === 'failed' && !forced ? before.failures + 1 : 1;
    remember(this.#logins, login, { kind: 'failed', cause, at, failures });
    if (isRefused) remember(this.#lastFailureAt, host, at);
  }
}

const isOverridden = (failedAt: number, { forced, requestedAt }: LoginRequest): boolean =>
  forced && failedAt < requestedAt;

/** Most recent last. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > maxRemembered && oldest !== undefined) map.delete(oldest);
}
