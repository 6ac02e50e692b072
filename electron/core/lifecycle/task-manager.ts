/**
 * Background tasks, by name. A task ends when its work ends; to cancel it, its signal is aborted. No task ends in an
 * unhandled rejection, and the list of running tasks is always complete.
 */
import { type Clock, withDeadline } from '../clock.ts';
import { markClosed, markOpened } from '../lifetime-tracker.ts';
import type { Logger } from '../observability/logger.ts';
import type { Scope } from '../scope.ts';
import { errorWithStack } from './error-text.ts';

export type TaskWork = (signal: AbortSignal) => Promise<void>;

export interface Task {
  readonly name: string;
  /** Settles when the work has ended, in whatever way. Never rejects. */
  readonly ended: Promise<void>;
  /** Aborts the signal and resolves like `ended`. Idempotent. */
  cancel(): Promise<void>;
}

export interface LivingTask {
  readonly name: string;
  /** How long it has been running. */
  readonly sinceMs: number;
}

export interface TaskManagerOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

interface RunningTask extends Task {
  readonly startedAt: number;
}

export class TaskManager {
  readonly #options: TaskManagerOptions;
  /** In the order of their start. */
  readonly #running = new Set<RunningTask>();
  #closed = false;

  constructor(options: TaskManagerOptions) {
    this.#options = options;
  }

  /** Starts `work` at once. If there is a `scope`, it owns the task. After `cancelAll` nothing is started. */
  run(name: string, work: TaskWork, scope?: Scope): Task {
    if (this.#closed) {
      this.#options.log.debug(`task ${name}: not started, the app is stopping`);
      return { name, ended: Promise.resolve(), cancel: () => Promise.resolve() };
    }
    const controller = new AbortController();
    const ended = this.#perform(name, work, controller.signal);
    const task: RunningTask = {
      name,
      ended,
      startedAt: this.#options.clock.now(),
      cancel: () => {
        controller.abort();
        return ended;
      },
    };
    this.#running.add(task);
    markOpened(task, () => `task ${name}`);
    const release = scope?.own(name, () => task.cancel());
    void ended.then(() => {
      this.#running.delete(task);
      markClosed(task);
      return release?.();
    });
    return task;
  }

  /** The oldest first. */
  alive(): readonly LivingTask[] {
    const now = this.#options.clock.now();
    return [...this.#running].map(({ name, startedAt }) => ({ name, sinceMs: now - startedAt }));
  }

  /**
   * Cancels all tasks, newest first and concurrently, and prevents new ones. Resolves when all have ended, or after
   * `deadlineMs` with the names of the tasks that have not.
   */
  async cancelAll(deadlineMs: number): Promise<readonly string[]> {
    this.#closed = true;
    const endings = [...this.#running].reverse().map((task) => task.cancel());
    const outcome = await withDeadline(this.#options.clock, deadlineMs, Promise.all(endings));
    return outcome === 'deadline' ? this.alive().map(({ name }) => name) : [];
  }

  async #perform(name: string, work: TaskWork, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    try {
      await work(signal);
    } catch (error) {
      if (signal.aborted && isAbortError(error)) log.debug(`task ${name}: canceled`);
      else log.error(`task ${name}: failed: ${errorWithStack(error)}`);
    }
  }
}

const isAbortError = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
