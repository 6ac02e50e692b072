/** The words of the transport machine: states, events and effects. The rules are in `transport-machine.ts`. */
import type { Cause, TriggerKind } from '../../../shared/failure.ts';
import { cleanHistory, type RestartContext, type RestartHistory } from '../restart-policy.ts';

/** Carriers of one transport are numbered from 1; a number is never used twice. */
export type CarrierNumber = number;

/** A second carrier beside the one that is in doubt, on its way to take over. */
export type Successor =
  | { readonly kind: 'none' }
  | { readonly kind: 'scheduled'; readonly retryAt: number }
  | { readonly kind: 'opening'; readonly carrier: CarrierNumber };

/** What is going on, with the facts that only this status has. Times are monotonic ms. */
export type TransportSituation =
  /** Nothing is open, and nothing is tried. */
  | { readonly status: 'closed' }
  | { readonly status: 'opening'; readonly carrier: CarrierNumber }
  | {
      readonly status: 'up';
      readonly carrier: CarrierNumber;
      readonly readyAt: number;
      /** When past failures are forgiven; null: there are none. */
      readonly stableAt: number | null;
      /** When it closes because nobody leases it; null: somebody does. */
      readonly closesAt: number | null;
    }
  | {
      readonly status: 'doubtful';
      readonly carrier: CarrierNumber;
      readonly readyAt: number;
      /** `silent`: it did not answer. `renewed`: the user wants another one. */
      readonly reason: 'silent' | 'renewed';
      readonly successor: Successor;
    }
  /** `retryAt` null: not by itself. */
  | { readonly status: 'waiting'; readonly retryAt: number | null };

export type TransportStatus = TransportSituation['status'];

export interface TransportState {
  readonly situation: TransportSituation;
  /** Why the forwards that lease it cannot be served; null: nothing speaks against it. */
  readonly trouble: Cause | null;
  readonly history: RestartHistory;
  /** The login of the present carrier took a human: it is never opened a second time beside itself, unless the user asks. */
  readonly tookHuman: boolean;
  /** The computer sleeps or is about to: nothing is tried. */
  readonly suspended: boolean;
  readonly lastCarrier: CarrierNumber;
  /** When the last try began. */
  readonly triedAt: number | null;
}

export const initialTransportState: TransportState = {
  situation: { status: 'closed' },
  trouble: null,
  history: cleanHistory,
  tookHuman: false,
  suspended: false,
  lastCarrier: 0,
  triedAt: null,
};

/** The state in one status. */
export type InStatus<S extends TransportStatus> = TransportState & {
  readonly situation: Extract<TransportSituation, { status: S }>;
};

export type TransportEvent =
  /** A forward needs it now. `insisted`: the user asked, or what a failed login depends on has changed. */
  | { readonly type: 'wanted'; readonly insisted: boolean }
  /** The user wants another connection for a service that has been served by this one. */
  | { readonly type: 'renewed' }
  /** Nobody leases it any more. */
  | { readonly type: 'abandoned' }
  | { readonly type: 'ready'; readonly carrier: CarrierNumber; readonly tookHuman: boolean }
  /** `cause` null: we ended it. `isUnused`: the other side ended it because nothing went through it. */
  | {
      readonly type: 'ended';
      readonly carrier: CarrierNumber;
      readonly cause: Cause | null;
      readonly isUnused: boolean;
    }
  /** The other side has answered a question. */
  | { readonly type: 'proven'; readonly carrier: CarrierNumber }
  /** It has not, in the time that it had. */
  | { readonly type: 'silent'; readonly carrier: CarrierNumber }
  /** It can never answer: its process is stopped, or its socket is gone. */
  | { readonly type: 'condemned'; readonly carrier: CarrierNumber; readonly cause: Cause }
  /** Something changed that a failure may depend on. */
  | { readonly type: 'triggered'; readonly trigger: Extract<TriggerKind, 'network' | 'credentials'> }
  /** The computer slept, or has another network. False: it may not have been so. */
  | { readonly type: 'interrupted'; readonly certain: boolean }
  | { readonly type: 'suspended' }
  /** The time that `dueAtOf` tells has come. */
  | { readonly type: 'due' };

export type TransportEventType = TransportEvent['type'];
export type TransportEventOf<T extends TransportEventType> = Extract<TransportEvent, { type: T }>;

/** What is to be done once, now. */
export type TransportEffect =
  | { readonly type: 'open'; readonly carrier: CarrierNumber; readonly insisted: boolean }
  /** Ends it now, whoever uses it. */
  | { readonly type: 'stop'; readonly carrier: CarrierNumber }
  /** It ends when the last forward has left it. */
  | { readonly type: 'drain'; readonly carrier: CarrierNumber }
  /** The other side must answer. */
  | { readonly type: 'prove'; readonly carrier: CarrierNumber };

export interface TransportContext extends RestartContext {
  /** Somebody leases it. */
  readonly isLeased: boolean;
  /** How long it is kept after the last lease, in ms. */
  readonly lingerMs: number;
  /** A carrier has a human sign in just now: another one would ask once more. */
  readonly asksHuman: boolean;
}

export interface TransportTransition {
  readonly state: TransportState;
  readonly effects: readonly TransportEffect[];
}
