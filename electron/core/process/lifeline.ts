/**
 * The lifeline: if the app dies, by whatever signal, its children die too. One `/bin/sh`, the guardian, reads from a
 * pipe that only the app holds; the kernel closes it when the app is gone, and the guardian then ends every group that
 * it has been sent.
 *
 * 1. A group is sent when it begins (`+PGID`) and when its last member is gone (`-PGID`), so a number that the system
 *    may have reused for another process is never signaled. Its mark is sent before it begins (`=MARK`): starting a process
 *    takes some milliseconds, and the app may die in them.
 * 2. The guardian runs in a group of its own and ignores TERM, INT and HUP: a signal that ends the app does not end it first.
 * 3. A guardian that dies is replaced, and the new one is sent all groups.
 */
import type { Writable } from 'node:stream';
import { type Clock, type Timer, withDeadline } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { type StartError, startChild, startErrorOf } from './child-start.ts';
import type { GroupRegistry } from './group-registry.ts';
import { guardianScript } from './guardian-script.ts';

export interface LifelineOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/** The delay before a new guardian, if the last one did not even live this long. */
const restartDelayMs = 1_000;
/** The guardian needs little more than a second if there are groups to end. */
const closeDeadlineMs = 3_000;
/** A guardian that does not read is useless, and is replaced. */
const maxUnreadBytes = 64 * 1024;

/** The part of execa's child that is used. */
interface Guardian {
  readonly pid?: number;
  readonly stdin: Writable;
  kill(signal: 'SIGKILL'): boolean;
}

/** It needs nothing of ours except the pipe. */
const guardianOptions = {
  stdio: ['pipe', 'ignore', 'ignore'],
  buffer: false,
  detached: true,
  cwd: '/',
  env: { PATH: '/usr/bin:/bin' },
} as const;

export class Lifeline implements GroupRegistry {
  readonly #options: LifelineOptions;
  readonly #groups = new Set<number>();
  #guardian: Guardian | null = null;
  #guardianGone: Promise<void> = Promise.resolve();
  #restart: Timer | null = null;
  #closed = false;

  constructor(options: LifelineOptions) {
    this.#options = options;
  }

  /** The guardian's process, if one runs. */
  get guardianPid(): number | null {
    return this.#guardian?.pid ?? null;
  }

  starting(mark: string | null): void {
    if (mark !== null) this.#ensureGuardian();
    this.#tell(`=${mark ?? ''}\n`);
  }

  add(pgid: number): void {
    this.#groups.add(pgid);
    if (!this.#ensureGuardian()) this.#tell(`+${pgid}\n`);
  }

  remove(pgid: number): void {
    if (this.#groups.delete(pgid)) this.#tell(`-${pgid}\n`);
  }

  /**
   * Ends the guardian and waits for its exit. The guardian first ends the groups that still live, which takes up to a second;
   * without any it exits at once. Idempotent.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#restart?.cancel();
    this.#guardian?.stdin.end();
    if ((await withDeadline(this.#options.clock, closeDeadlineMs, this.#guardianGone)) === 'deadline') {
      this.#guardian?.kill('SIGKILL');
      await this.#guardianGone;
    }
  }

  /** Whether it starts now, and so is sent all groups. */
  #ensureGuardian(): boolean {
    if (this.#guardian !== null || this.#restart !== null || this.#closed) return false;
    this.#startGuardian();
    return true;
  }

  #startGuardian(): void {
    this.#restart = null;
    const startedAt = this.#options.clock.now();
    const started = startChild(['/bin/sh', '-c', guardianScript, 'localport-lifeline'], guardianOptions);
    if (!started.ok || started.value.pid === undefined) {
      this.#startLater(restartDelayMs);
      void this.#warnOf(started.ok ? started.value.then(startErrorOf) : Promise.resolve(started.error));
      return;
    }
    const guardian = started.value;
    this.#guardian = guardian;
    // A broken pipe means that the guardian has ended, which its exit reports as well.
    guardian.stdin.on('error', () => undefined);
    this.#guardianGone = guardian.then(({ signal, exitCode }) => {
      const reason = signal ?? `exit code ${String(exitCode)}`;
      this.#onGuardianGone(reason, this.#options.clock.now() - startedAt);
    });
    this.#tell([...this.#groups].map((pgid) => `+${pgid}\n`).join(''));
  }

  /** The system has no descriptors or no memory left for a guardian. The children continue, and the start is retried. */
  async #warnOf(failure: Promise<StartError>): Promise<void> {
    this.#options.log.warn(`lifeline: no guardian could be started: ${(await failure).message}`);
  }

  #onGuardianGone(reason: string, livedMs: number): void {
    this.#guardian = null;
    if (this.#closed) return;
    this.#options.log.warn(`lifeline: the guardian ended (${reason}); starting another`);
    this.#startLater(livedMs < restartDelayMs ? restartDelayMs : 0);
  }

  #startLater(delayMs: number): void {
    this.#restart = this.#options.clock.after(delayMs, () => {
      this.#startGuardian();
    });
  }

  #tell(lines: string): void {
    const guardian = this.#guardian;
    if (guardian === null || this.#closed) return;
    guardian.stdin.write(lines);
    if (guardian.stdin.writableLength > maxUnreadBytes) guardian.kill('SIGKILL');
  }
}
