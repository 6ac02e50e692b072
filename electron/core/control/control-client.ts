/** The client side of the control socket: how the `localport` command talks to the running host. */
import type * as z from 'zod';
import {
  controlProtocol,
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
import { sleep, type Clock } from '../clock.ts';
import { routeOf } from './control-routes.ts';
import { callControl, notUnderstood, type ControlCall, type RunningCall } from './control-call.ts';
import { checkControlSocket } from './control-socket-check.ts';
import { SilenceCheck } from './silence-check.ts';

export const defaultConnectTimeoutMs = 2_000;
const defaultRequestTimeoutMs = 30_000;
/** The time to answer for the host of a stream that has become quiet. */
const answerMs = 10_000;
/** The delay before a retry: a host with too many requests refuses the next one. */
const retryMs = 500;
/** A host with too many connections closes the one that has been idle longest, which may be ours. */
const reconnectMs = 20;
const maxReconnects = 20;

export interface ControlConnectOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** The version of this command; sent to the host, and named in errors about a mismatch. */
  readonly version: string;
  /** The user ID; by default that of this process. Only sockets owned by this user or root are trusted. */
  readonly uid?: number;
  /** For the connection and the first answer together. Default 2 s. */
  readonly connectTimeoutMs?: number;
}

/** Receives the events of a stream until the signal aborts or, without a signal, until the stream ends. */
export interface StreamReader<S extends ControlStreamName> {
  readonly onEvent: (event: ControlEvent<S>) => void;
  readonly signal?: AbortSignal;
}

/** Nothing here throws or rejects, whatever the host or the connection does. */
export interface ControlClient {
  readonly host: HostInfo;
  /** Gives up after `timeoutMs`, default 30 s. */
  request<R extends ControlRequestName>(
    name: R,
    params: ControlRequestParams<R>,
    timeoutMs?: number,
  ): Promise<Result<ControlResult<R>, ControlError>>;
  /** Resolves when the stream has ended: complete or aborted by the signal (both OK), or with an error. No event follows. */
  stream<S extends ControlStreamName>(
    name: S,
    params: ControlStreamParams<S>,
    reader: StreamReader<S>,
  ): Promise<Result<void, ControlError>>;
  /** Pending and later calls end with `connection-lost`. Idempotent. */
  close(): void;
}

export async function connectControl(
  options: ControlConnectOptions,
): Promise<Result<ControlClient, ControlError>> {
  const { socketPath, connectTimeoutMs = defaultConnectTimeoutMs } = options;
  const uid = options.uid ?? process.getuid?.() ?? 0;
  const checked = checkControlSocket(socketPath, uid);
  if (!checked.ok) return checked;
  const calls = new Calls(options);
  const answer = await calls.request('host', {}, connectTimeoutMs);
  if (!answer.ok && answer.error.code === 'timed-out') {
    const message = `LocalPort did not answer at ${socketPath} within ${connectTimeoutMs / 1000} s`;
    return err({ code: 'timed-out', message });
  }
  if (!answer.ok) return answer;
  if (answer.value.protocol !== controlProtocol) return err(notUnderstood);
  const { host } = answer.value;
  return ok({
    host,
    request: (name, params, timeoutMs = defaultRequestTimeoutMs) => calls.request(name, params, timeoutMs),
    stream: (name, params, reader) => calls.stream(name, params, { ...reader, pid: host.pid }),
    close: () => {
      calls.close();
    },
  });
}

/** The calls of one client. */
class Calls {
  readonly #options: ControlConnectOptions;
  readonly #running = new Set<RunningCall>();
  #isClosed = false;

  constructor(options: ControlConnectOptions) {
    this.#options = options;
  }

  async request<R extends ControlRequestName>(
    name: R,
    params: ControlRequestParams<R>,
    timeoutMs: number,
  ): Promise<Result<ControlResult<R>, ControlError>> {
    const outcome = await this.#call({ name, params, timeoutMs });
    if (!outcome.ok) return outcome;
    const parsed = resultSchema(name).safeParse(outcome.value);
    return parsed.success ? ok(parsed.data) : err(notUnderstood);
  }

  async stream<S extends ControlStreamName>(
    name: S,
    params: ControlStreamParams<S>,
    { onEvent, signal, pid }: StreamReader<S> & { readonly pid: number },
  ): Promise<Result<void, ControlError>> {
    const schema = eventSchema(name);
    let isOver = false;
    const onReceived = (received: unknown): boolean => {
      const event = schema.safeParse(received);
      if (event.success && !isOver && signal?.aborted !== true && !this.#isClosed) onEvent(event.data);
      return event.success;
    };
    const silent = new AbortController();
    const check = new SilenceCheck({
      clock: this.#options.clock,
      answers: () => this.#isAnswering(),
      onSilent: () => silent.abort(),
    });
    const ending = signal === undefined ? silent.signal : AbortSignal.any([signal, silent.signal]);
    const outcome = await this.#call({
      name,
      params,
      signal: ending,
      onEvent: (received) => {
        check.heard();
        return onReceived(received);
      },
    });
    check.close();
    isOver = true;
    if (silent.signal.aborted) return err(await silentHost(pid, 'has stopped responding'));
    return outcome.ok ? ok(undefined) : outcome;
  }

  /** Any answer counts, also a refusal. */
  async #isAnswering(): Promise<boolean> {
    const answer = await this.request('host', {}, answerMs);
    return answer.ok || answer.error.code !== 'timed-out';
  }

  close(): void {
    this.#isClosed = true;
    for (const call of [...this.#running]) call.end(closed);
  }

  /** A request that was refused because of a limit was not started; a read-only request may be repeated anyway. */
  async #call(call: Call): Promise<Result<unknown, ControlError>> {
    const { clock } = this.#options;
    const deadline = clock.now() + (call.timeoutMs ?? defaultRequestTimeoutMs);
    const onlyReads = call.onEvent === undefined && routeOf(call.name).method === 'GET';
    let reconnectsLeft = onlyReads ? maxReconnects : 0;
    for (;;) {
      const outcome = await this.#callOnce(call, deadline);
      if (outcome.ok || this.#isClosed) return outcome;
      const isTooMuch = outcome.error.code === 'too-many-requests';
      const isLost = outcome.error.code === 'connection-lost' && reconnectsLeft-- > 0;
      const delayMs = isTooMuch ? retryMs : reconnectMs;
      if ((!isTooMuch && !isLost) || clock.now() + delayMs >= deadline) return outcome;
      await sleep(clock, delayMs, call.signal);
    }
  }

  async #callOnce({ timeoutMs, ...call }: Call, deadline: number): Promise<Result<unknown, ControlError>> {
    if (this.#isClosed) return err(closed);
    const { socketPath, clock, version } = this.#options;
    const left = timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, deadline - clock.now()) };
    const running = callControl({ socketPath, clock, version, ...call, ...left });
    this.#running.add(running);
    const outcome = await running.outcome;
    this.#running.delete(running);
    return outcome;
  }
}

type Call = Pick<ControlCall, 'name' | 'params' | 'signal' | 'onEvent' | 'timeoutMs'>;

/** Loaded only then: examining the process takes more than the command needs otherwise. */
export const silentHost = async (pid: number, silence: string): Promise<ControlError> => {
  const { describeSilentHost } = await import('./silent-host.ts');
  return { code: 'timed-out', message: await describeSilentHost(pid, silence) };
};

const closed: ControlError = { code: 'connection-lost', message: 'the command ended the connection' };

// The compiler loses the types of the table when the name is a variable.
const resultSchema = <R extends ControlRequestName>(name: R): z.ZodType<ControlResult<R>> =>
  controlRequests[name].result as unknown as z.ZodType<ControlResult<R>>;
const eventSchema = <S extends ControlStreamName>(name: S): z.ZodType<ControlEvent<S>> =>
  controlStreams[name].event as unknown as z.ZodType<ControlEvent<S>>;
