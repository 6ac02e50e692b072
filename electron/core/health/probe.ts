import { assertNever } from '../../../shared/result.ts';
import type { Cause, CauseCode } from '../../../shared/failure.ts';
import type { TargetProbe } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';

export interface ProbeRequest {
  /** The tunnel's private endpoint. Only `exec` connects through the local port, like clients. */
  readonly endpoint: Endpoint;
  readonly spec: TargetProbe;
  readonly timeoutMs: number;
  /** A third party may read traffic to the target, so no password is sent unless it is encrypted. */
  readonly isPathOpen?: boolean;
  /** Cancels the probe: it settles at once and leaves no open socket. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** The remote end's answer, where the check expected another one. Titles are complete sentences without a period. */
export type WrongAnswer =
  /** Temporary: HTTP 503, a database that is starting up. Without `remedy`, the catalog's applies. */
  | { readonly code: 'check-failed'; readonly title: string; readonly remedy?: string }
  /** Permanent until someone changes something: a wrong password, another protocol. */
  | { readonly code: 'check-refused'; readonly title: string; readonly remedy?: string }
  | { readonly code: 'certificate-expiring'; readonly title: string }
  | { readonly code: 'certificate-invalid'; readonly problem: 'expired' | 'untrusted' };

/** How far a check got before its connection ended. */
export type ClosedStage = 'right-after-opening' | 'tls-handshake' | 'before-answer' | 'mid-answer';

export type ObstacleCode = Extract<
  CauseCode,
  'binary-missing' | 'file-missing' | 'file-unreadable' | 'authority-missing' | 'config-invalid'
>;

/**
 * Why the check could not run. `what`: for `config-invalid` the complete title, otherwise the name of the program or
 * file.
 */
export type Obstacle = Cause | { readonly code: ObstacleCode; readonly what: string };

/** Why a check failed. Code decides by this, never by the text of the finding. */
export type CheckFailure =
  /**
   * `awaited` did not arrive in time: `answer`, `TLS handshake`. `remoteEndSpoke`: other bytes had arrived through the
   * tunnel.
   */
  | {
      readonly kind: 'timed-out';
      readonly awaited: string;
      readonly afterMs: number;
      readonly remoteEndSpoke: boolean;
    }
  /** The connection ended. `remoteEndSpoke`: bytes had arrived through the tunnel before. */
  | { readonly kind: 'closed'; readonly stage: ClosedStage; readonly remoteEndSpoke: boolean }
  /**
   * The private endpoint accepts no connection. `errno` is Node's code: `ECONNREFUSED`, `ENOENT`. `busy`: a temporary
   * shortage (a full backlog, no file descriptors left in this process), which does not mean that the tunnel is dead.
   */
  | { readonly kind: 'unconnected'; readonly errno: string; readonly busy: boolean }
  /** The remote end sent an unexpected answer. */
  | { readonly kind: 'answered'; readonly answer: WrongAnswer }
  /** The user's check command failed. Whether it reached the remote end is unknown. */
  | { readonly kind: 'command-failed'; readonly title: string }
  /** The check could not run, which says nothing about the tunnel. */
  | { readonly kind: 'not-made'; readonly obstacle: Obstacle };

export type ProbeResult =
  /** `tookMs`: time until the remote end answered; null if nothing answered. */
  | { readonly kind: 'passed'; readonly tookMs: number | null }
  /** `finding` describes what was observed: `HTTP 503 where 200 was expected`. */
  | { readonly kind: 'failed'; readonly finding: string; readonly failure: CheckFailure }
  | { readonly kind: 'canceled' };

/** One health check through a tunnel. Never rejects. */
export type Probe = (request: ProbeRequest) => Promise<ProbeResult>;

/** Whether bytes came back through the tunnel during this check, even if the check rejected them. */
export function provesTunnel(result: ProbeResult): boolean {
  switch (result.kind) {
    case 'passed':
      return result.tookMs !== null;
    case 'failed':
      return isFromRemoteEnd(result.failure);
    case 'canceled':
      return false;
    default:
      return assertNever(result, 'probe result');
  }
}

function isFromRemoteEnd(failure: CheckFailure): boolean {
  switch (failure.kind) {
    case 'answered':
      return true;
    case 'timed-out':
    case 'closed':
      return failure.remoteEndSpoke;
    case 'unconnected':
    case 'command-failed':
    case 'not-made':
      return false;
    default:
      return assertNever(failure, 'check failure');
  }
}
