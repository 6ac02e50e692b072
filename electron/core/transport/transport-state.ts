/** The types of the transport machine: states, events and effects. The rules are in `transport-machine.ts`. */
import type { Cause, TriggerKind } from '../../../shared/failure.ts';
import { cleanHistory, type RestartContext, type RestartHistory } from '../restart-policy.ts';

/** Carriers of one transport are numbered from 1; a number is never reused. */
export type CarrierNumber = number;

/** A second carrier that is to replace the doubtful one. */
export type Successor =
  | { readonly kind: 'none' }
  | { readonly kind: 'scheduled'; readonly retryAt: number }
  | { readonly kind: 'opening'; readonly carrier: CarrierNumber };

/** The current status, with the facts that belong to it. Times are monotonic ms. */
export type TransportSituation =
  /** Nothing is open, and nothing is attempted. */
  | { readonly status: 'closed' }
  | { readonly status: 'opening'; readonly carrier: CarrierNumber }
  | {
      readonly status: 'up';
      readonly carrier: CarrierNumber;
      readonly readyAt: number;
      /** When past failures are forgotten; null: there are none. */
      readonly stableAt: number | null;
      /** When it closes because it is not leased; null: it is leased. */
      readonly closesAt: number | null;
    }
  | {
      readonly status: 'doubtful';
      readonly carrier: CarrierNumber;
      readonly readyAt: number;
      /** `silent`: it did not answer. `renewed`: a new connection was requested. */
      readonly reason: 'silent' | 'renewed';
      readonly successor: Successor;
    }
  /** `retryAt` null: no automatic retry. */
  | { readonly status: 'waiting'; readonly retryAt: number | null };

export type TransportStatus = TransportSituation['status'];

export interface TransportState {
  readonly situation: TransportSituation;
  /** Why the forwards that lease it cannot be served; null: no reason is known. */
  readonly trouble: Cause | null;
  readonly history: RestartHistory;
  /**
   * The current carrier's login needed the user: no second one is opened beside it unless the user requests it.
   */
  readonly neededUser: boolean;
  /** The computer is asleep or about to sleep: nothing is attempted. */
  readonly suspended: boolean;
  readonly lastCarrier: CarrierNumber;
  /** When the last attempt began. */
  readonly triedAt: number | null;
}

export const initialTransportState: TransportState = {
  situation: { status: 'closed' },
  trouble: null,
  history: cleanHistory,
  neededUser: false,
  suspended: false,
  lastCarrier: 0,
  triedAt: null,
};

/** The state in one status. */
export type InStatus<S extends TransportStatus> = TransportState & {
  readonly situation: Extract<TransportSituation, { status: S }>;
};

export type TransportEvent =
  /**
   * A forward needs it now. `forced`: the user requested it, or something that a failed login depends on has
   * changed.
   */
  | { readonly type: 'wanted'; readonly forced: boolean }
  /** A new connection is requested, to replace the one in use. */
  | { readonly type: 'renewed' }
  /** There is no lease any more. */
  | { readonly type: 'abandoned' }
  | { readonly type: 'ready'; readonly carrier: CarrierNumber; readonly neededUser: boolean }
  /** `cause` null: we stopped it. `isUnused`: the other side closed it because it was idle. */
  | {
      readonly type: 'ended';
      readonly carrier: CarrierNumber;
      readonly cause: Cause | null;
      readonly isUnused: boolean;
    }
  /** The other side has answered a probe. */
  | { readonly type: 'proven'; readonly carrier: CarrierNumber }
  /** The other side has not answered before the deadline. */
  | { readonly type: 'silent'; readonly carrier: CarrierNumber }
  /** It can never answer: its process is stopped, or its socket is gone. */
  | { readonly type: 'condemned'; readonly carrier: CarrierNumber; readonly cause: Cause }
  /** Something that a failure may depend on has changed. */
  | { readonly type: 'triggered'; readonly trigger: Extract<TriggerKind, 'network' | 'credentials'> }
  /** The computer slept, or the network has changed. `certain` false: possibly not. */
  | { readonly type: 'interrupted'; readonly certain: boolean }
  | { readonly type: 'suspended' }
  /** The time of `dueAtOf` has come. */
  | { readonly type: 'due' };

export type TransportEventType = TransportEvent['type'];
export type TransportEventOf<T extends TransportEventType> = Extract<TransportEvent, { type: T }>;

/** Actions to perform once, now. */
export type TransportEffect =
  | { readonly type: 'open'; readonly carrier: CarrierNumber; readonly forced: boolean }
  /** Ends it now, even if it is in use. */
  | { readonly type: 'stop'; readonly carrier: CarrierNumber }
  /** It ends when the last forward has left it. */
  | { readonly type: 'drain'; readonly carrier: CarrierNumber }
  /** A probe of the other side. */
  | { readonly type: 'prove'; readonly carrier: CarrierNumber };

export interface TransportContext extends RestartContext {
  /** At least one forward leases it. */
  readonly isLeased: boolean;
  /** How long it is kept after the last lease ends, in ms. */
  readonly lingerMs: number;
  /** A carrier is prompting the user now: another one would prompt again. */
  readonly isPromptingUser: boolean;
}

export interface TransportTransition {
  readonly state: TransportState;
  readonly effects: readonly TransportEffect[];
}
