import type { CauseCode } from '../../../shared/failure.ts';
import type { ProbeSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../tunnel/tunnel-adapter.ts';

export interface ProbeRequest {
  /** The tunnel's private endpoint: only `exec` goes through the listener, as the clients do. */
  readonly endpoint: Endpoint;
  readonly spec: ProbeSpec;
  readonly timeoutMs: number;
  /** Cancels the probe: it settles at once and leaves no socket behind. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A failed check's cause, where the finding alone does not tell it: it may be the words of a server or a program. */
export interface CheckMeaning {
  readonly code: Extract<
    CauseCode,
    | 'check-failed'
    | 'check-refused'
    | 'certificate-expiring'
    | 'binary-missing'
    | 'file-missing'
    | 'file-unreadable'
    | 'authority-missing'
    | 'config-invalid'
  >;
  /** The title in full; of what is missing or unreadable the name of the program or file. */
  readonly what: string;
}

export type ProbeResult =
  /** `tookMs`: until the far end answered; null when it passed without a word, so that nothing was measured. */
  | { readonly kind: 'passed'; readonly tookMs: number | null }
  /** `finding` is what was seen, in words: `HTTP 503 where 200 was expected`. */
  | {
      readonly kind: 'failed';
      readonly finding: string;
      readonly timedOut: boolean;
      readonly meaning?: CheckMeaning;
    }
  | { readonly kind: 'cancelled' };

/** One health check through a tunnel. Never rejects. */
export type Probe = (request: ProbeRequest) => Promise<ProbeResult>;
