/** The client's end of the control socket: what the `localport` command speaks to the running host with. */
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
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';

export interface ControlConnectOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** Of this command; named when the two do not understand each other. */
  readonly version: string;
  /** For connection and handshake together. Default 2 s. */
  readonly connectTimeoutMs?: number;
}

/** Nothing here throws or rejects for what the host or the connection does. */
export interface ControlClient {
  readonly host: HostInfo;
  /** Gives up after `timeoutMs`, default 30 s. */
  request<R extends ControlRequestName>(
    name: R,
    params: ControlRequestParams<R>,
    timeoutMs?: number,
  ): Promise<Result<ControlResult<R>, ControlError>>;
  /** Resolves when the stream has ended: by itself, by `signal` (both ok), or by an error. No event comes after that. */
  stream<S extends ControlStreamName>(
    name: S,
    params: ControlStreamParams<S>,
    onEvent: (event: ControlEvent<S>) => void,
    signal?: AbortSignal,
  ): Promise<Result<void, ControlError>>;
  /** Ends the connection; what is under way ends with `connection-lost`. Idempotent. */
  close(): void;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
}

export type ConnectControl = (options: ControlConnectOptions) => Promise<Result<ControlClient, ControlError>>;
