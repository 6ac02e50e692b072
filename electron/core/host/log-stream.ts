/** Streams logs over the control socket: existing lines in chunks as the client reads them, then new lines. */
import type { ControlError, ControlEvent, ControlStreamParams } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ControlSink } from '../control/control-handlers.ts';
import { logLineMatcher } from '../observability/log-query.ts';
import type { LogStore } from '../observability/log-store.ts';

/** New lines wait while the client still reads existing ones. Past this many lines they are sent in between. */
const maxWaitingLines = 10_000;

export interface LogStreamParts {
  readonly logs: LogStore;
  /** Names of the current services, which may have no log yet. */
  readonly known: ReadonlySet<string>;
}

/** Ends when everything is sent or, with `follow`, when the client stops. */
export async function streamLogs(
  { logs, known }: LogStreamParts,
  { query, follow }: ControlStreamParams<'logs'>,
  sink: ControlSink<ControlEvent<'logs'>>,
): Promise<Result<void, ControlError>> {
  const services = [...new Set(query.services)];
  const unknown = services.filter(
    (service) => service !== null && !known.has(service) && !logs.exists(service),
  );
  if (unknown.length > 0) return err(noLog(unknown));
  const live = new LiveLines(sink);
  const stops: (() => void)[] = [];
  try {
    for (const service of services) {
      if (isAborted(sink)) break;
      const matches = logLineMatcher(query);
      // In one turn of the event loop, so that no line is lost between reading and following.
      const log = logs.open(service);
      if (follow)
        stops.push(
          logs.follow(service, (written) => {
            live.take({ service, lines: written.filter(matches) });
          }),
        );
      try {
        for await (const lines of log?.lines(query) ?? []) {
          sink.send({ service, lines });
          await sink.clear();
          if (isAborted(sink)) break;
        }
      } finally {
        log?.close();
      }
    }
    live.letThrough();
    if (follow) await whenAborted(sink.signal);
  } finally {
    for (const stop of stops) stop();
  }
  return ok(undefined);
}

/** A function, because the value may change during each await. */
const isAborted = ({ signal }: Pick<ControlSink<never>, 'signal'>): boolean => signal.aborted;

type LogEvent = ControlEvent<'logs'>;

/** New lines, buffered until all older ones are sent. */
class LiveLines {
  readonly #sink: ControlSink<LogEvent>;
  #waiting: LogEvent[] | null = [];
  #waitingLines = 0;

  constructor(sink: ControlSink<LogEvent>) {
    this.#sink = sink;
  }

  take(event: LogEvent): void {
    if (event.lines.length === 0) return;
    if (this.#waiting === null) {
      this.#sink.send(event);
      return;
    }
    this.#waiting.push(event);
    this.#waitingLines += event.lines.length;
    if (this.#waitingLines > maxWaitingLines) this.letThrough();
  }

  letThrough(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const event of waiting) this.#sink.send(event);
  }
}

const noLog = (services: readonly (string | null)[]): ControlError => ({
  code: 'not-found',
  message: `there is no service ${services.map((name) => `"${name ?? ''}"`).join(', ')}, and no log for it`,
});

export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
