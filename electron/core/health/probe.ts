import type { ProbeSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../tunnel/tunnel-adapter.ts';

export interface ProbeRequest {
  /** The tunnel's private endpoint: a probe never goes through the listener. */
  readonly endpoint: Endpoint;
  readonly spec: ProbeSpec;
  readonly timeoutMs: number;
  /** Cancels the probe: it settles within 50 ms and leaves no socket behind. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export type ProbeResult =
  /** `tookMs`: until the far end answered; null when it passed without a word, so that nothing was measured. */
  | { readonly kind: 'passed'; readonly tookMs: number | null }
  /** `finding` is what was seen, in words: `HTTP 503 where 200 was expected`. */
  | { readonly kind: 'failed'; readonly finding: string; readonly timedOut: boolean }
  | { readonly kind: 'cancelled' };

/** One health check through a tunnel. Never rejects. */
export type Probe = (request: ProbeRequest) => Promise<ProbeResult>;
