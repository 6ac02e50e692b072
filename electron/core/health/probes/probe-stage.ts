import type { ClosedStage } from '../probe.ts';

/** How far a check has got; determines what to report if it ends there. */
export interface ProbeStage {
  /** Completes `no … within 5 s`. */
  readonly awaits: string;
  readonly name: ClosedStage;
  readonly whenClosed: string;
}

/** A reset may arrive before the event that the connection is open. */
export const connecting: ProbeStage = {
  awaits: 'connection',
  name: 'right-after-opening',
  whenClosed: 'the connection was closed right after it opened',
};

export const tlsHandshake: ProbeStage = {
  awaits: 'TLS handshake',
  name: 'tls-handshake',
  whenClosed: 'the connection was closed during the TLS handshake',
};
