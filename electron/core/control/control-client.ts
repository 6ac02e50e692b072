/** The client's end of the control socket: what the `localport` command speaks to the running host with. */
import { connect, type Socket } from 'node:net';
import type * as z from 'zod';
import {
  controlRequests,
  controlStreams,
  type ControlError,
  type ControlEvent,
  type ControlRequestName,
  type ControlRequestParams,
  type ControlResult,
  type ControlStreamName,
  type ControlStreamParams,
} from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import { withDeadline, type Clock } from '../clock.ts';
import { ControlConnection, notUnderstood } from './control-connection.ts';

const defaultConnectTimeoutMs = 2_000;
const defaultRequestTimeoutMs = 30_000;

export interface ControlConnectOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** Of this command; named when the two do not understand each other. */
  readonly version: string;
  /** For connection and handshake together. Default 2 s. */
  readonly connectTimeoutMs?: number;
}

/** Receives the events of a stream until the signal aborts, or to its end without one. */
export interface StreamReader<S extends ControlStreamName> {
  readonly onEvent: (event: ControlEvent<S>) => void;
  readonly signal?: AbortSignal;
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
  /** Resolves when the stream has ended: complete or aborted by the signal (both OK), or with an error. No event comes after that. */
  stream<S extends ControlStreamName>(
    name: S,
    params: ControlStreamParams<S>,
    reader: StreamReader<S>,
  ): Promise<Result<void, ControlError>>;
  /** Ends the connection; what is under way ends with `connection-lost`. Idempotent. */
  close(): void;
  /** Resolves when the connection has ended, with the reason. */
  readonly closed: Promise<ControlError>;
}

export async function connectControl(
  options: ControlConnectOptions,
): Promise<Result<ControlClient, ControlError>> {
  const { clock, socketPath, connectTimeoutMs = defaultConnectTimeoutMs } = options;
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  const greeted = await withDeadline(clock, connectTimeoutMs, greet(socket, options));
  if (greeted !== 'deadline') return greeted;
  socket.destroy();
  return err({
    code: 'timed-out',
    message: `LocalPort did not answer at ${socketPath} within ${connectTimeoutMs / 1000} s`,
  });
}

async function greet(
  socket: Socket,
  { clock, version, socketPath }: ControlConnectOptions,
): Promise<Result<ControlClient, ControlError>> {
  const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    socket.once('connect', () => {
      resolve(null);
    });
    socket.once('error', resolve);
  });
  if (failure !== null) return err(connectError(failure, socketPath));
  const connection = new ControlConnection(socket, clock);
  const host = await connection.greet(version);
  return host.ok ? ok(clientOver(connection, host.value)) : host;
}

function connectError({ code, message }: NodeJS.ErrnoException, socketPath: string): ControlError {
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ECONNREFUSED') {
    return { code: 'not-running', message: 'LocalPort is not running' };
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return { code: 'not-permitted', message: `${socketPath} belongs to another user` };
  }
  return { code: 'connection-lost', message: `${socketPath}: ${message}` };
}

function clientOver(connection: ControlConnection, host: HostInfo): ControlClient {
  return {
    host,
    closed: connection.closed,
    close: () => {
      connection.close({ code: 'connection-lost', message: 'the command ended the connection' });
    },
    request: async (name, params, timeoutMs = defaultRequestTimeoutMs) => {
      const outcome = await connection.call({ name, params, timeoutMs });
      return outcome.ok ? understand(resultSchema(name), outcome.value) : outcome;
    },
    stream: async (name, params, { onEvent, signal }) => {
      const schema = eventSchema(name);
      const onReceived = (received: unknown): void => {
        const event = understand(schema, received);
        if (event.ok) onEvent(event.value);
        else connection.close(event.error);
      };
      const outcome = await connection.call({ name, params, signal, onEvent: onReceived });
      return outcome.ok ? ok(undefined) : outcome;
    },
  };
}

// What the table says of each name is lost on the compiler when the name is a variable.
const resultSchema = <R extends ControlRequestName>(name: R): z.ZodType<ControlResult<R>> =>
  controlRequests[name].result as unknown as z.ZodType<ControlResult<R>>;
const eventSchema = <S extends ControlStreamName>(name: S): z.ZodType<ControlEvent<S>> =>
  controlStreams[name].event as unknown as z.ZodType<ControlEvent<S>>;

function understand<T>(schema: z.ZodType<T>, received: unknown): Result<T, ControlError> {
  const parsed = schema.safeParse(received);
  return parsed.success ? ok(parsed.data) : err(notUnderstood);
}
