import type { ClosedStage } from '../probe.ts';

/** How far a check has come: what to say when it ends there. */
export interface ProbeStage {
  /** Completes `no … within 5 s`. */
  readonly awaits: string;
  readonly name: ClosedStage;
  readonly whenClosed: string;
}

/** A reset may overtake the news that the connection is open. */
export const connecting: ProbeStage = {
  awaits: 'connection',
  name: 'right-after-opening',
  whenClosed: 'the connection was closed right after it opened',
};

export const shakingHands: ProbeStage = {
  awaits: 'TLS handshake',
  name: 'tls-handshake',
  whenClosed: 'the connection was closed during the TLS handshake',
};
