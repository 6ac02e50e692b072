import { assertNever } from '../../../shared/result.ts';
import type { Cause, CauseCode } from '../../../shared/failure.ts';
import type { TargetProbe } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';

export interface ProbeRequest {
  /** The tunnel's private endpoint: only `exec` goes through the listener, as the clients do. */
  readonly endpoint: Endpoint;
  readonly spec: TargetProbe;
  readonly timeoutMs: number;
  /** Others may listen on the way to the target: no password goes there unless it is encrypted. */
  readonly isPathOpen?: boolean;
  /** Cancels the probe: it settles at once and leaves no socket behind. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What the far end answered instead of what the check wanted. Titles are complete sentences without a full stop. */
export type WrongAnswer =
  /** It may pass: HTTP 503, a database that is starting up. `remedy`: absent: the catalogue's. */
  | { readonly code: 'check-failed'; readonly title: string; readonly remedy?: string }
  /** It stays until somebody changes something: a wrong password, another protocol. */
  | { readonly code: 'check-refused'; readonly title: string; readonly remedy?: string }
  | { readonly code: 'certificate-expiring'; readonly title: string }
  | { readonly code: 'certificate-invalid'; readonly problem: 'expired' | 'untrusted' };

/** How far a check had come when its connection ended. */
export type ClosedStage = 'right-after-opening' | 'tls-handshake' | 'before-answer' | 'mid-answer';

export type ObstacleCode = Extract<
  CauseCode,
  'binary-missing' | 'file-missing' | 'file-unreadable' | 'authority-missing' | 'config-invalid'
>;

/** Why the check could not be made. `what`: of `config-invalid` the title in full, else the program's or file's name. */
export type Obstacle = Cause | { readonly code: ObstacleCode; readonly what: string };

/** Why a check failed. Decisions are made by this, never by the words of the finding. */
export type CheckFailure =
  /** `awaited` did not come in time: `answer`, `TLS handshake`. `farEndSpoke`: other bytes had come through the tunnel. */
  | {
      readonly kind: 'timed-out';
      readonly awaited: string;
      readonly afterMs: number;
      readonly farEndSpoke: boolean;
    }
  /** The connection ended. `farEndSpoke`: bytes had come through the tunnel before. */
  | { readonly kind: 'closed'; readonly stage: ClosedStage; readonly farEndSpoke: boolean }
  /**
   * The private endpoint takes no connection. `errno` as Node gives it: `ECONNREFUSED`, `ENOENT`. `busy`: there is no room
   * at the moment (a full backlog, no descriptors left in this process), which is no sign of death.
   */
  | { readonly kind: 'unconnected'; readonly errno: string; readonly busy: boolean }
  /** The far end answered, and not as it should. */
  | { readonly kind: 'answered'; readonly answer: WrongAnswer }
  /** The user's check command ended with a failure. Whether it heard from the far end is not known. */
  | { readonly kind: 'command-failed'; readonly title: string }
  /** The check could not be made, which says nothing about the tunnel. */
  | { readonly kind: 'not-made'; readonly obstacle: Obstacle };

export type ProbeResult =
  /** `tookMs`: until the far end answered; null when nothing answered, so that nothing was measured. */
  | { readonly kind: 'passed'; readonly tookMs: number | null }
  /** `finding` is what was seen, in words: `HTTP 503 where 200 was expected`. */
  | { readonly kind: 'failed'; readonly finding: string; readonly failure: CheckFailure }
  | { readonly kind: 'cancelled' };

/** One health check through a tunnel. Never rejects. */
export type Probe = (request: ProbeRequest) => Promise<ProbeResult>;

/** Whether bytes came back through the tunnel during this check, whatever the check thought of them. */
export function provesTunnel(result: ProbeResult): boolean {
  switch (result.kind) {
    case 'passed':
      return result.tookMs !== null;
    case 'failed':
      return isFromFarEnd(result.failure);
    case 'cancelled':
      return false;
    default:
      return assertNever(result, 'probe result');
  }
}

function isFromFarEnd(failure: CheckFailure): boolean {
  switch (failure.kind) {
    case 'answered':
      return true;
    case 'timed-out':
    case 'closed':
      return failure.farEndSpoke;
    case 'unconnected':
    case 'command-failed':
    case 'not-made':
      return false;
    default:
      return assertNever(failure, 'check failure');
  }
}
