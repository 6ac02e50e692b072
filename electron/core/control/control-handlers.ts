/** The host's handlers for the requests of the contract. The server handles the rest: sockets, HTTP, limits. */
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

/** Receives the events of a stream. */
export interface ControlSink<E> {
  /** Aborts when the client cancels or disconnects. */
  readonly signal: AbortSignal;
  send(event: E): void;
  /** Resolves when the client has read everything that was sent, or the signal aborts: wait for it when sending much. */
  clear(): Promise<void>;
  /** Sends the result of `make` once the client has read everything before it; of several pending offers only the last one. */
  offer(make: () => E): void;
}

export type RequestHandlers = {
  readonly [R in ControlRequestName]: (
    params: ControlRequestParams<R>,
  ) => Promise<Result<ControlResult<R>, ControlError>>;
};

/** A stream ends when its handler resolves, which it must do once its signal aborts. */
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
