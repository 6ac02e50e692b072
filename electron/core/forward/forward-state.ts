/** The words of the forward machine: states, events and effects. The rules are in `forward-machine.ts`. */
import type { Cause, TriggerKind } from '../../../shared/failure.ts';
import type { Desired, Health } from '../../../shared/service-snapshot.ts';
import type { CheckReport } from '../health/check-report.ts';
import { cleanHistory, type RestartContext, type RestartHistory } from '../restart-policy.ts';

/** Tunnels of one service are numbered from 1; a number is never used twice. */
export type TunnelNumber = number;

/** A second tunnel beside the current one, on its way to take over. */
export type Replacement =
  | { readonly kind: 'none' }
  /**
   * `retryAt` null: not before a trigger. `cause`: why the last one failed, when the restart policy has no say: then only
   * what this cause waits for brings the next one forward.
   */
  | { readonly kind: 'scheduled'; readonly retryAt: number | null; readonly cause: Cause | null }
  | { readonly kind: 'starting'; readonly tunnel: TunnelNumber };

/** What is known of a tunnel that runs: whether its far side answers. Whether the service is healthy is another fact. */
export type Proof =
  /**
   * Not proven yet, or not any more: it is new, or something happened at `since` (monotonic ms) that may have killed it.
   * `strict`: a connection that merely stays open does not settle it.
   */
  | { readonly kind: 'owed'; readonly since: number; readonly strict: boolean }
  | { readonly kind: 'given' }
  /** Asked, and no answer came in time: slow or dead. */
  | { readonly kind: 'silent' }
  /** Nothing speaks against it, but it has no way to prove itself. */
  | { readonly kind: 'unprovable' };

/** What is going on, with the facts that only this phase has. Times are monotonic ms. */
export type Situation =
  | { readonly phase: 'off' }
  | { readonly phase: 'connecting'; readonly tunnel: TunnelNumber }
  /** The local port is being opened; `forced` as in the effect that follows. */
  | { readonly phase: 'connecting'; readonly tunnel: null; readonly forced: boolean }
  | {
      readonly phase: 'up';
      readonly tunnel: TunnelNumber;
      readonly proof: Proof;
      /** It was proven at least once: it takes clients without a trial. */
      readonly isTrusted: boolean;
      /** Its checks fail, and another tunnel may help. */
      readonly isSuspect: boolean;
      readonly replacement: Replacement;
      /** When past failures are forgiven; null until a check has passed, or when there is nothing to forgive. */
      readonly stableAt: number | null;
      /** The config points elsewhere by now: this tunnel takes clients only until its successor is ready or has failed. */
      readonly isOutdated: boolean;
    }
  | { readonly phase: 'retrying'; readonly retryAt: number }
  /** Waits for something to happen. `recheckAt`: when it is tried all the same; null: not by itself. */
  | { readonly phase: 'waiting'; readonly recheckAt: number | null }
  /** Most likely only the user can help. `recheckAt` as above. */
  | { readonly phase: 'failed'; readonly recheckAt: number | null }
  /** What still has to end before the service is off. */
  | { readonly phase: 'stopping'; readonly tunnels: readonly TunnelNumber[]; readonly portOpen: boolean };

export type ForwardPhase = Situation['phase'];

export interface ForwardState {
  readonly desired: Desired;
  readonly situation: Situation;
  readonly health: Health;
  /** Why it is not healthy, or was not when it last tried. Never set on a healthy service. */
  readonly cause: Cause | null;
  /** What the tunnel itself complained of since it was last healthy: it explains a failed check better than the check. */
  readonly complaint: Cause | null;
  readonly history: RestartHistory;
  /** Whether the local port is bound. */
  readonly portOpen: boolean;
  /** Old tunnels on their way out, oldest first: they drain, or are being stopped. */
  readonly leaving: readonly TunnelNumber[];
  /** The computer sleeps or is about to: nothing that fails now is counted. */
  readonly suspended: boolean;
  readonly lastTunnel: TunnelNumber;
  /** When the last try began. */
  readonly triedAt: number | null;
}

export const initialForwardState: ForwardState = {
  desired: 'off',
  situation: { phase: 'off' },
  health: 'unknown',
  cause: null,
  complaint: null,
  history: cleanHistory,
  portOpen: false,
  leaving: [],
  suspended: false,
  lastTunnel: 0,
  triedAt: null,
};

/** The state in one phase. */
export type In<P extends ForwardPhase> = ForwardState & {
  readonly situation: Extract<Situation, { phase: P }>;
};

export type ForwardEvent =
  | { readonly type: 'turned-on' }
  | { readonly type: 'turned-off' }
  | { readonly type: 'port-opened' }
  | { readonly type: 'port-failed'; readonly cause: Cause }
  | { readonly type: 'port-closed' }
  | { readonly type: 'tunnel-ready'; readonly tunnel: TunnelNumber }
  /** `cause` is null when the tunnel was stopped by LocalPort. */
  | { readonly type: 'tunnel-ended'; readonly tunnel: TunnelNumber; readonly cause: Cause | null }
  /** A check or a proof has ended. Sent after each: a level, not an edge. */
  | { readonly type: 'checked'; readonly tunnel: TunnelNumber; readonly report: CheckReport }
  | { readonly type: 'complained'; readonly tunnel: TunnelNumber; readonly cause: Cause }
  | {
      readonly type: 'triggered';
      readonly trigger: TriggerKind;
      /** False: it may be none (the process was stopped, the same network came back). What seems alive is left alone. */
      readonly certain?: boolean;
    }
  /** The user wants a tunnel of this very service, whatever is known of its transport. */
  | { readonly type: 'retry-forced' }
  /** What the service shares with others is down: a try could only fail. Its return is a trigger. */
  | { readonly type: 'transport-down'; readonly cause: Cause }
  /** The way to the remote end was changed in the config. */
  | { readonly type: 'reconfigured' }
  | { readonly type: 'suspended' }
  /** The time that `standingOf` asked to be woken at has come. */
  | { readonly type: 'due' };

export type ForwardEventType = ForwardEvent['type'];
export type EventOf<T extends ForwardEventType> = Extract<ForwardEvent, { type: T }>;

/** What is to be done once, now. */
export type Effect =
  | { readonly type: 'open-port' }
  | { readonly type: 'close-port' }
  /** `forced`: something changed that a failed login may depend on, or the user asked: no memory of failures counts. */
  | { readonly type: 'start-tunnel'; readonly tunnel: TunnelNumber; readonly forced: boolean }
  | { readonly type: 'stop-tunnel'; readonly tunnel: TunnelNumber }
  /** Ends the tunnel once its last connection is gone. */
  | { readonly type: 'drain-tunnel'; readonly tunnel: TunnelNumber }
  /** The user wants a try now, and the transport is down: it tries for all. */
  | { readonly type: 'ask-transport' };

/** What holds for as long as a state lasts. The runner compares it with what held before and adjusts. */
export interface Standing {
  readonly clients: ClientStanding;
  /** The tunnel whose health is checked. */
  readonly watched: TunnelNumber | null;
  /** The proof that this tunnel owes. A later `since` is a new debt. */
  readonly debt: Extract<Proof, { kind: 'owed' }> | null;
  /** When the machine wants a `due` event, monotonic ms. */
  readonly dueAt: number | null;
}

/** Where clients go: to a tunnel, into the hold, or away at once. */
export type ClientStanding =
  | {
      readonly kind: 'tunnel';
      readonly tunnel: TunnelNumber;
      /** False: one client tests it first. */
      readonly isTrusted: boolean;
    }
  | { readonly kind: 'hold' | 'refuse' };

export interface TransitionContext extends RestartContext {
  /** Why no tunnel should be started after a failure: the transport is down. null: nothing speaks against it. */
  readonly transportDown: Cause | null;
}

export interface Transition {
  readonly state: ForwardState;
  readonly effects: readonly Effect[];
}
