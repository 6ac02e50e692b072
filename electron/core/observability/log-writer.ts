/**
 * The Logger of one file: messages become lines, and lines are collected for a moment, so that a chatty child causes one
 * write for many lines. Warnings and errors are written at once: they may precede a crash.
 */
import { localIsoTime } from '../../../shared/log-line.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import type { Clock, Timer } from '../clock.ts';
import type { LogFile } from './log-file.ts';
import type { Logger } from './logger.ts';
import { createPrivateKeyFilter } from './private-key-filter.ts';

export type LogLevel = keyof Logger;

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

const collectMs = 100;
const maxCollectedCharacters = 64 * 1024;
/** The part of a message that is searched for secrets; the rest is never written. */
const maxExaminedCharacters = 16 * 1024;
const maxMessageCharacters = 8 * 1024;

export interface LogWriterParts {
  readonly file: LogFile;
  readonly clock: Clock;
  readonly level: LogLevel;
  readonly redact: (text: string) => string;
  /** Called after each attempt to write: why it failed, or null. */
  readonly onAppended?: (failure: string | null) => void;
  /** Called with lines once they are in the file. */
  readonly onWritten?: (lines: readonly string[]) => void;
}

export class LogWriter implements Logger {
  readonly #parts: LogWriterParts;
  readonly #hidePrivateKeys = createPrivateKeyFilter();
  #collected: string[] = [];
  #collectedCharacters = 0;
  #timer: Timer | null = null;
  #lostLines = 0;
  #isClosed = false;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  debug(message: string): void {
    this.#log('debug', message);
  }

  info(message: string): void {
    this.#log('info', message);
  }

  warn(message: string): void {
    this.#log('warn', message);
  }

  error(message: string): void {
    this.#log('error', message);
  }

  /** Writes the collected lines. After that every line is written at once: the last lines of a shutdown. */
  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#collected.length === 0) return;
    const lines = this.#collected;
    this.#collected = [];
    this.#collectedCharacters = 0;
    const failure = this.#parts.file.append(this.#lostLines === 0 ? lines : [this.#lossLine(), ...lines]);
    this.#lostLines = failure === null ? 0 : this.#lostLines + lines.length;
    this.#parts.onAppended?.(failure);
    if (failure === null) this.#parts.onWritten?.(lines);
  }

  #log(level: LogLevel, message: string): void {
    if (logLevels.indexOf(level) < logLevels.indexOf(this.#parts.level)) return;
    const line = this.#line(level, this.#clean(message));
    this.#collected.push(line);
    this.#collectedCharacters += line.length;
    const isUrgent = level === 'warn' || level === 'error';
    if (isUrgent || this.#isClosed || this.#collectedCharacters >= maxCollectedCharacters) this.flush();
    else this.#timer ??= this.#parts.clock.after(collectMs, () => this.flush());
  }

  #line(level: LogLevel, message: string): string {
    return `${localIsoTime(this.#parts.clock.wallNow())} ${level.padEnd(5)} ${message}`;
  }

  #lossLine(): string {
    return this.#line('warn', `${this.#lostLines} lines before this one could not be written`);
  }

  /** One line without secrets: a message must not be able to forge a second line, or to control a terminal. */
  #clean(message: string): string {
    const redacted = this.#parts.redact(this.#hidePrivateKeys(message.slice(0, maxExaminedCharacters)));
    const line = visibleLine(redacted);
    if (line.length <= maxMessageCharacters && message.length <= maxExaminedCharacters) return line;
    return `${line.slice(0, maxMessageCharacters)}… (${message.length} characters)`;
  }
}
