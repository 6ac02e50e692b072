/**
 * Tells when the config file may read differently: written in place, saved by rename (vim, VS Code), swapped behind a
 * symbolic link (Kubernetes, dotfile managers), removed, made again, made for the first time, or given other rights.
 *
 * 1. Folders are watched, never the file: a watch on a file stays with the old one when an editor puts a new one in place.
 * 2. The watches are set up before the file is looked at, so a change in between is seen by one or the other.
 * 3. Nothing is polled: while nothing happens, nothing runs.
 */
import { statSync, watch, type FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { fingerprintOf } from './file-fingerprint.ts';
import { namesOnTheWay, type WatchedNames } from './symlink-chain.ts';

/** A save is several events: the file is looked at once they pause for this long. */
const debounceMs = 100;
/** A file that is written without pause is looked at all the same. */
const maxDebounceMs = 2_000;
/** A folder whose watch keeps failing is given up, rather than set up again and again. */
const maxWatchErrors = 10;

export interface ConfigWatcherOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly onChange: () => void;
  readonly log: Logger;
}

export interface ConfigWatcher {
  /** Resolves when the file as it is now is known: only later changes are told. */
  readonly ready: Promise<void>;
  /** After it resolves `onChange` is not called any more. Idempotent. */
  close(): Promise<void>;
}

interface FolderWatch {
  readonly watcher: FSWatcher;
  /** The folder behind the path when the watch was set up: another one may have taken its place. */
  readonly inode: number;
}

export function watchConfig(options: ConfigWatcherOptions): ConfigWatcher {
  const watcher = new WatchedConfig(options);
  return { ready: watcher.look(), close: () => watcher.close() };
}

class WatchedConfig {
  readonly #options: ConfigWatcherOptions;
  readonly #folders = new Map<string, FolderWatch>();
  #names: WatchedNames = new Map();
  #fingerprint: string | null = null;
  #timer: Timer | null = null;
  #firstEventAt: number | null = null;
  #looking: Promise<void> = Promise.resolve();
  #watchErrors = 0;
  #isClosed = false;

  constructor(options: ConfigWatcherOptions) {
    this.#options = options;
    this.#watchFolders();
  }

  /** Looks at the file, and tells of it when it differs from what was seen last. One look after the other. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      if (this.#isClosed) return;
      this.#watchFolders();
      const before = this.#fingerprint;
      const now = await fingerprintOf(this.#options.path);
      this.#fingerprint = now;
      if (before !== null && before !== now && !this.#hasClosed()) this.#options.onChange();
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const folder of [...this.#folders.keys()]) this.#unwatch(folder);
    await this.#looking;
  }

  /** A second look at the flag: it may have been set during an await. */
  #hasClosed(): boolean {
    return this.#isClosed;
  }

  /** Sets up what the path leads through now, and lets go of the rest. */
  #watchFolders(): void {
    this.#names = namesOnTheWay(this.#options.path);
    for (const [folder, { inode }] of this.#folders) {
      if (!this.#names.has(folder) || inodeOf(folder) !== inode) this.#unwatch(folder);
    }
    for (const folder of this.#names.keys()) {
      if (!this.#folders.has(folder)) this.#watch(folder);
    }
  }

  #watch(folder: string): void {
    const inode = inodeOf(folder);
    if (inode === null) return;
    try {
      const watcher = watch(folder, (_, name) => {
        if (this.#matters(folder, name)) this.#schedule();
      });
      watcher.on('error', (error) => {
        this.#options.log.warn(`the config's folder ${folder} is no longer watched: ${error.message}`);
        this.#unwatch(folder);
        if (++this.#watchErrors <= maxWatchErrors) this.#schedule();
      });
      this.#folders.set(folder, { watcher, inode });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.warn(`the config's folder ${folder} cannot be watched, reload by hand: ${reason}`);
    }
  }

  #unwatch(folder: string): void {
    this.#folders.get(folder)?.watcher.close();
    this.#folders.delete(folder);
  }

  /** Without a name anything may have happened. A folder that is moved or removed tells its own name. */
  #matters(folder: string, name: string | null): boolean {
    return name === null || name === basename(folder) || this.#names.get(folder)?.has(name) === true;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    const now = this.#options.clock.now();
    this.#firstEventAt ??= now;
    this.#timer?.cancel();
    const leftMs = this.#firstEventAt + maxDebounceMs - now;
    this.#timer = this.#options.clock.after(Math.min(debounceMs, Math.max(0, leftMs)), () => {
      this.#timer = null;
      this.#firstEventAt = null;
      void this.look();
    });
  }
}

function inodeOf(folder: string): number | null {
  try {
    return statSync(folder).ino;
  } catch {
    return null;
  }
}
