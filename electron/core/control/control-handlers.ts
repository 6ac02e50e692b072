/** What a host does with each request of the contract. The server handles the rest: sockets, frames, limits. */
import type {
  ControlError,
  ControlEvent,
  ControlRequestName,
  ControlRequestParams,
  ControlResult,
  ControlStreamName,
  ControlStreamParams,
} from '../../../shared/control-contract.ts';
import type { Result } from '../../../shared/result.ts';

/** Where the events of a stream go. */
export interface ControlSink<E> {
  /** Aborts when the client cancels or is gone. */
  readonly signal: AbortSignal;
  send(event: E): void;
  /** Resolves when the client has read what was sent, or the signal aborts: who sends much waits for it. */
  clear(): Promise<void>;
  /** Sends what `make` returns once the client has read what came before; of several offers only the last one. */
  offer(make: () => E): void;
}

export type RequestHandlers = {
  readonly [R in ControlRequestName]: (
    params: ControlRequestParams<R>,
  ) => Promise<Result<ControlResult<R>, ControlError>>;
};

/** A stream ends when its handler resolves; once its signal aborts it must. */
export type StreamHandlers = {
  readonly [S in ControlStreamName]: (
    params: ControlStreamParams<S>,
    sink: ControlSink<ControlEvent<S>>,
  ) => Promise<Result<void, ControlError>>;
};

export interface ControlHandlers {
  readonly requests: RequestHandlers;
  readonly streams: StreamHandlers;
}
