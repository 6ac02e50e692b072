/** The words of the forward machine: states, events and effects. The rules are in `forward-machine.ts`. */
import type { Cause, TriggerKind } from '../../../shared/failure.ts';
import type { RestartPolicySpec } from '../../../shared/service-spec.ts';
import type { Desired, Health } from '../../../shared/service-snapshot.ts';
import { cleanHistory, type RestartHistory } from './restart-policy.ts';

/** Tunnels of one service are numbered from 1; a number is never used twice. */
export type TunnelNumber = number;

/** A second tunnel beside the current one, on its way to take over. */
export type Replacement =
  | { readonly kind: 'none' }
  /** An older tunnel still drains: it is ended first, so that there are never three. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'scheduled'; readonly retryAt: number }
  | { readonly kind: 'starting'; readonly tunnel: TunnelNumber };

/** What is going on, with the facts that only this phase has. Times are monotonic ms. */
export type Situation =
  | { readonly phase: 'off' }
  /** `tunnel` is null while the local port is being opened. */
  | { readonly phase: 'connecting'; readonly tunnel: TunnelNumber | null }
  | {
      readonly phase: 'up';
      readonly tunnel: TunnelNumber;
      readonly replacement: Replacement;
      /** When past failures are forgiven; null until a check has passed, or when there is nothing to forgive. */
      readonly stableAt: number | null;
      /** The config points elsewhere by now: this tunnel takes clients only until its successor is ready or has failed. */
      readonly outdated: boolean;
    }
  | { readonly phase: 'retrying'; readonly retryAt: number }
  | { readonly phase: 'waiting' }
  /** `recheckAt`: when to look again whether the local port is free; null when that is not what it waits for. */
  | { readonly phase: 'failed'; readonly recheckAt: number | null }
  /** What still has to end before the service is off. */
  | { readonly phase: 'stopping'; readonly tunnels: readonly TunnelNumber[]; readonly portOpen: boolean };

export type ForwardPhase = Situation['phase'];

export interface ForwardState {
  readonly desired: Desired;
  readonly situation: Situation;
  readonly health: Health;
  readonly cause: Cause | null;
  /** What the tunnel itself complained of since it was last healthy: it explains a failed check better than the check. */
  readonly complaint: Cause | null;
  readonly history: RestartHistory;
  /** Whether the local port is bound. */
  readonly portOpen: boolean;
  /** The old tunnel of a replacement, kept for the connections that it still carries. */
  readonly draining: TunnelNumber | null;
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
  draining: null,
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
  /** `cause` is null when the tunnel ended because it was told to. */
  | { readonly type: 'tunnel-ended'; readonly tunnel: TunnelNumber; readonly cause: Cause | null }
  /** The checks' verdict, after thresholds. */
  | { readonly type: 'healthy'; readonly tunnel: TunnelNumber }
  | { readonly type: 'unhealthy'; readonly tunnel: TunnelNumber; readonly cause: Cause }
  /** A client's connection failed in a way that may mean a dead tunnel. */
  | { readonly type: 'suspected'; readonly tunnel: TunnelNumber }
  | { readonly type: 'complained'; readonly tunnel: TunnelNumber; readonly cause: Cause }
  /** After an interruption nothing speaks against the tunnel, but its kind of check cannot prove that it lives. */
  | { readonly type: 'unproven'; readonly tunnel: TunnelNumber }
  /** The one probe after a wake or a suspicion got no answer in its short time. */
  | { readonly type: 'probe-failed'; readonly tunnel: TunnelNumber; readonly cause: Cause }
  /** `certain: false`: a wake or a network change that may be none, so that what cannot prove itself is left alone. */
  | { readonly type: 'triggered'; readonly trigger: TriggerKind; readonly certain?: boolean }
  /** The user wants a tunnel of this very service, whatever is known of its route. */
  | { readonly type: 'insisted' }
  /** What the service shares with others on its way is down: a try could only fail. The route's return is a trigger. */
  | { readonly type: 'held'; readonly cause: Cause }
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
  | { readonly type: 'start-tunnel'; readonly tunnel: TunnelNumber }
  | { readonly type: 'stop-tunnel'; readonly tunnel: TunnelNumber }
  /** Ends the tunnel once its last connection is gone; one that is known to be dead, soon in any case. */
  | { readonly type: 'drain-tunnel'; readonly tunnel: TunnelNumber; readonly dead: boolean }
  | { readonly type: 'probe-now'; readonly tunnel: TunnelNumber; readonly reason: ProbeReason }
  /** The user waits for what the route holds back: is it back? */
  | { readonly type: 'ask-route' };

/** After an interruption (sleep, network change) a tunnel must prove itself; on suspicion it must only not fail. */
export type ProbeReason = 'interruption' | 'suspicion';

/** What holds for as long as a state lasts. The runner compares it with what held before and adjusts. */
export interface Standing {
  /** Where clients go: to a tunnel, into the hold, or away at once. */
  readonly clients:
    { readonly kind: 'route'; readonly tunnel: TunnelNumber } | { readonly kind: 'hold' | 'refuse' };
  /** The tunnel whose health is checked. */
  readonly watched: TunnelNumber | null;
  /** When the machine wants a `due` event, monotonic ms. */
  readonly dueAt: number | null;
}

export interface TransitionContext {
  /** Monotonic ms. */
  readonly now: number;
  /** In [0, 1), for jitter. */
  readonly random: number;
  readonly policy: RestartPolicySpec;
  /** Why no tunnel should be started after a failure: the route is down. null: nothing speaks against it. */
  readonly hold: Cause | null;
}

export interface Transition {
  readonly state: ForwardState;
  readonly effects: readonly Effect[];
}
