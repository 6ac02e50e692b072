import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { logFileName } from './log-file-name.ts';
import { LogFile } from './log-file.ts';
import { LogWriter, type LogLevel } from './log-writer.ts';
import type { Logger } from './logger.ts';
import { OpenLog } from './open-log.ts';
import { createCauseRedactor, type RedactCause } from './redacted-cause.ts';
import { createRedactor } from './redaction.ts';

type LinesListener = (lines: readonly string[]) => void;

export interface LogStore {
  /** `localport.log`: events of the app itself. */
  readonly app: Logger;
  /** `services/NAME.log`: events of one service and its tunnel. */
  service(name: string): Logger;
  servicePath(name: string): string;
  /** Calls `listener` with the lines of a log as they are written, from the next one on. Returns a function that stops it. */
  follow(service: string | null, listener: LinesListener): () => void;
  /** A log with everything logged so far; null if there is none. `service`: null for the app's own. The caller closes it. */
  open(service: string | null): OpenLog | null;
  exists(service: string | null): boolean;
  /** Sets the values that are hidden wherever they occur from now on; earlier values are forgotten. */
  setSecrets(values: Iterable<string>): void;
  /** Removes secrets from a text that is shown outside of the logs. */
  redact(text: string): string;
  /** The same for all texts of a cause. */
  redactCause: RedactCause;
  /** Writes the collected lines. Later lines are still written, each at once. Idempotent. */
  close(): void;
}

export interface LogStoreOptions {
  /** Created on the first line, readable by the user only. */
  readonly directory: string;
  readonly clock: Clock;
  /** The lowest level that is written. */
  readonly level: LogLevel;
  /** Called with the system's message if lines cannot be written, and with null once all logs can be written again. */
  readonly onWritable?: (failure: string | null) => void;
}

/** Beyond this number the oldest writer is closed. More services than a config may have. */
const maxWriters = 1_200;

/** Never throws, and neither do its loggers: lines that cannot be written are counted, and the count is written later. */
export function openLogStore({ directory, clock, level, onWritable }: LogStoreOptions): LogStore {
  const writers = new Map<string, LogWriter>();
  const followers = new Map<string, Set<LinesListener>>();
  /** Paths of logs whose last lines were lost. */
  const failing = new Set<string>();
  let redactKnown = createRedactor([]);
  let redactCauseKnown = createCauseRedactor(redactKnown);
  let isClosed = false;
  const redact = (text: string): string => redactKnown(text);
  const servicePath = (name: string): string => join(directory, 'services', logFileName(name));

  const pathOf = (service: string | null): string =>
    service === null ? join(directory, 'localport.log') : servicePath(service);

  const open = (path: string): LogWriter => {
    const present = writers.get(path);
    if (present !== undefined) return present;
    const [oldest] = writers.size < maxWriters ? [] : writers;
    if (oldest !== undefined) {
      oldest[1].close();
      writers.delete(oldest[0]);
      failing.delete(oldest[0]);
    }
    const onWritten = (lines: readonly string[]): void => {
      for (const listener of [...(followers.get(path) ?? [])]) listener(lines);
    };
    const onAppended = (failure: string | null): void => {
      if (failure === null ? !failing.delete(path) : failing.has(path)) return;
      if (failure !== null) failing.add(path);
      if (failure !== null || failing.size === 0) onWritable?.(failure);
    };
    const writer = new LogWriter({ file: new LogFile(path), clock, level, redact, onWritten, onAppended });
    if (isClosed) writer.close();
    writers.set(path, writer);
    return writer;
  };

  return {
    app: open(pathOf(null)),
    service: (name) => open(servicePath(name)),
    servicePath,
    follow: (service, listener) => {
      const path = pathOf(service);
      // Lines that were collected before are not new.
      writers.get(path)?.flush();
      const listeners = followers.get(path) ?? new Set();
      followers.set(path, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && followers.get(path) === listeners) followers.delete(path);
      };
    },
    open: (service) => {
      const path = pathOf(service);
      writers.get(path)?.flush();
      return OpenLog.open(path);
    },
    exists: (service) => {
      const path = pathOf(service);
      writers.get(path)?.flush();
      return existsSync(path);
    },
    setSecrets: (values) => {
      redactKnown = createRedactor(values);
      redactCauseKnown = createCauseRedactor(redactKnown);
    },
    redact,
    redactCause: (cause) => redactCauseKnown(cause),
    close: () => {
      isClosed = true;
      for (const writer of writers.values()) writer.close();
    },
  };
}
