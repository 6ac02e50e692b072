/** The vocabulary of the forward machine: states, events and effects. The rules are in `forward-machine.ts`. */
import type { Cause, TriggerKind } from '../../../shared/failure.ts';
import type { Desired, Health } from '../../../shared/service-snapshot.ts';
import type { CheckReport } from '../health/check-report.ts';
import { cleanHistory, type RestartContext, type RestartHistory } from '../restart-policy.ts';

/** Tunnels of one service are numbered from 1; a number is never used twice. */
export type TunnelNumber = number;

/** A second tunnel beside the current one, about to take over. */
export type Replacement =
  | { readonly kind: 'none' }
  /**
   * `retryAt` null: not before a trigger. `cause`: why the last one failed, if the restart policy does not apply to it: then
   * only the triggers of this cause start the next one earlier.
   */
  | { readonly kind: 'scheduled'; readonly retryAt: number | null; readonly cause: Cause | null }
  | { readonly kind: 'starting'; readonly tunnel: TunnelNumber };

/** Whether the remote end of a running tunnel is known to answer. Whether the service is healthy is a separate fact. */
export type Proof =
  /**
   * Not proven yet, or no longer: the tunnel is new, or something happened at `since` (monotonic ms) that may have killed it.
   * `strict`: a connection that merely stays open is not enough.
   */
  | { readonly kind: 'owed'; readonly since: number; readonly strict: boolean }
  | { readonly kind: 'given' }
  /** No answer came in time: slow or dead. */
  | { readonly kind: 'silent' }
  /** There is no evidence against the tunnel, but it has no way to prove itself. */
  | { readonly kind: 'unprovable' };

/** The phase, with the facts that only this phase has. Times are monotonic ms. */
export type Situation =
  | { readonly phase: 'off' }
  /** On demand: the local port is open or being opened, and the first client starts a tunnel. */
  | { readonly phase: 'idle' }
  | { readonly phase: 'connecting'; readonly tunnel: TunnelNumber }
  /** The local port is being opened; `forced` as in the effect that follows. */
  | { readonly phase: 'connecting'; readonly tunnel: null; readonly forced: boolean }
  | {
      readonly phase: 'up';
      readonly tunnel: TunnelNumber;
      readonly proof: Proof;
      /** The tunnel was proven at least once: it takes clients without a trial. */
      readonly isTrusted: boolean;
      /** Checks of the tunnel fail, and another tunnel may help. */
      readonly isSuspect: boolean;
      readonly replacement: Replacement;
      /** When past failures are forgiven; null until a check has passed, or when there is nothing to forgive. */
      readonly stableAt: number | null;
      /** The config has changed since: this tunnel takes clients only until its successor is ready or has failed. */
      readonly isOutdated: boolean;
    }
  | { readonly phase: 'retrying'; readonly retryAt: number }
  /** Waits for a trigger. `recheckAt`: when it is tried even without one; null: never. */
  | { readonly phase: 'waiting'; readonly recheckAt: number | null }
  /** Most likely only the user can help. `recheckAt` as above. */
  | { readonly phase: 'failed'; readonly recheckAt: number | null }
  /** The tunnels and the port that still have to close before the service is off. */
  | { readonly phase: 'stopping'; readonly tunnels: readonly TunnelNumber[]; readonly portOpen: boolean };

export type ForwardPhase = Situation['phase'];

export interface ForwardState {
  readonly desired: Desired;
  readonly situation: Situation;
  readonly health: Health;
  /** Why the service is not healthy, or was not at its last try. Never set on a healthy service. */
  readonly cause: Cause | null;
  /** The tunnel's own complaint since the service was last healthy: explains a failed check better than the check does. */
  readonly complaint: Cause | null;
  readonly history: RestartHistory;
  /** Whether the local port is bound. */
  readonly portOpen: boolean;
  /** Old tunnels that drain or are being stopped, oldest first. */
  readonly leaving: readonly TunnelNumber[];
  /** The computer is asleep or about to sleep: no failure is counted now. */
  readonly suspended: boolean;
  readonly lastTunnel: TunnelNumber;
  /** Tunnels after the first one that were started because the service was idle: they are no restarts. */
  readonly startedFromIdle: number;
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
  startedFromIdle: 0,
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
  /** A check or a proof has ended. Sent after each one, even if nothing changed. */
  | { readonly type: 'checked'; readonly tunnel: TunnelNumber; readonly report: CheckReport }
  | { readonly type: 'complained'; readonly tunnel: TunnelNumber; readonly cause: Cause }
  | {
      readonly type: 'triggered';
      readonly trigger: TriggerKind;
      /**
       * False: possibly a false alarm (the process was stopped, the same network came back). A tunnel that seems alive is
       * left alone.
       */
      readonly certain?: boolean;
    }
  /** The user wants a new tunnel for this very service, whatever the state of its transport. */
  | { readonly type: 'retry-forced' }
  /** The shared transport is down: a try would fail. Its recovery is a trigger. */
  | { readonly type: 'transport-down'; readonly cause: Cause }
  /** The connection was changed in the config. */
  | { readonly type: 'reconfigured' }
  | { readonly type: 'suspended' }
  /** No client has used the service for as long as it may stay up unused. */
  | { readonly type: 'unused' }
  /** The `dueAt` of the outputs has passed. */
  | { readonly type: 'due' };

export type ForwardEventType = ForwardEvent['type'];
export type EventOf<T extends ForwardEventType> = Extract<ForwardEvent, { type: T }>;

/** An action to perform once, now. */
export type Effect =
  | { readonly type: 'open-port' }
  | { readonly type: 'close-port' }
  /** `forced`: something changed that a failed login may depend on, or the user asked: earlier failures are ignored. */
  | { readonly type: 'start-tunnel'; readonly tunnel: TunnelNumber; readonly forced: boolean }
  | { readonly type: 'stop-tunnel'; readonly tunnel: TunnelNumber }
  /** Ends the tunnel once its last connection is gone. */
  | { readonly type: 'drain-tunnel'; readonly tunnel: TunnelNumber }
  /** The user wants a try now, and the transport is down: it tries on behalf of all its forwards. */
  | { readonly type: 'ask-transport' };

/** What a state asks for as long as it lasts. The runner compares it with what the previous state asked for, and adjusts. */
export interface Outputs {
  readonly clients: ClientPolicy;
  /** The tunnel whose health is checked. */
  readonly watched: TunnelNumber | null;
  /** The proof that this tunnel owes. A later `since` is a new debt. */
  readonly debt: Extract<Proof, { kind: 'owed' }> | null;
  /** When the machine wants a `due` event, monotonic ms. */
  readonly dueAt: number | null;
}

/** What happens to clients: sent to a tunnel, held, or refused at once. */
export type ClientPolicy =
  | {
      readonly kind: 'tunnel';
      readonly tunnel: TunnelNumber;
      /** False: one client tests it first. */
      readonly isTrusted: boolean;
    }
  | { readonly kind: 'hold' | 'refuse' };

export interface TransitionContext extends RestartContext {
  /** No tunnel is started before a client needs it. */
  readonly onDemand: boolean;
  /** Why the transport is down, so that no tunnel should be started after a failure; null: it is not down. */
  readonly transportDown: Cause | null;
}

export interface Transition {
  readonly state: ForwardState;
  readonly effects: readonly Effect[];
}
