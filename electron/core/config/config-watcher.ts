/**
 * Reports when the config file may have changed: written in place, saved by rename (vim, VS Code), swapped behind a
 * symbolic link (Kubernetes, dotfile managers), removed, recreated, created for the first time, or given other permissions.
 *
 * 1. Folders are watched, never the file: a watch on a file stays with the old one when an editor replaces it.
 * 2. The watches are set up before the file is read, so a change in between is seen by one or the other. On macOS a
 *    watch begins later than it is set up, so the file is checked again.
 * 3. While nothing happens, nothing runs. Names are polled only where a watch would report everything that the user does: on
 *    macOS, in `/` and the home folder.
 */
import { basename } from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { folderInode } from '../watch/folder-inode.ts';
import { afterRenewal, watchFolder, type FolderWatch } from '../watch/folder-watch.ts';
import { pollNames } from '../watch/polled-names.ts';
import { isSameName, isTooBroad, thisWatchSystem, type WatchSystem } from '../watch/watch-system.ts';
import { fingerprintOf } from './file-fingerprint.ts';
import { namesToWatch, type WatchedNames } from '../files/symlink-chain.ts';

/** A save causes several events: the file is checked once there is none for this long. */
const debounceMs = 100;
/** A file that is written continuously is still checked after this long. */
const maxDebounceMs = 2_000;
/** A folder whose watch keeps failing is given up, rather than retried forever. */
const maxWatchErrors = 10;

export interface ConfigWatcherOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly onChange: () => void;
  readonly log: Logger;
  /** Only tests replace it. */
  readonly system?: WatchSystem;
}

export interface ConfigWatcher {
  /** Resolves when the current state of the file is known: only later changes are reported. */
  readonly ready: Promise<void>;
  /** After it resolves, `onChange` is no longer called. Idempotent. */
  close(): Promise<void>;
}

interface WatchedFolder {
  readonly watch: FolderWatch;
  /** The inode of the folder when the watch was set up: another folder may have replaced it. */
  readonly inode: number;
}

export function watchConfig(options: ConfigWatcherOptions): ConfigWatcher {
  const watcher = new WatchedConfig(options);
  return { ready: watcher.look(), close: () => watcher.close() };
}

class WatchedConfig {
  readonly #options: ConfigWatcherOptions;
  readonly #system: WatchSystem;
  readonly #stopLookingAgain: () => void;
  readonly #folders = new Map<string, WatchedFolder>();
  #names: WatchedNames = new Map();
  #fingerprint: string | null = null;
  #timer: Timer | null = null;
  #firstEventAt: number | null = null;
  #looking: Promise<void> = Promise.resolve();
  #watchErrors = 0;
  #isClosed = false;

  constructor(options: ConfigWatcherOptions) {
    const { clock, system = thisWatchSystem } = options;
    this.#options = options;
    this.#system = system;
    this.#stopLookingAgain = afterRenewal({ clock, system }, () => void this.look());
    this.#watchFolders();
  }

  /** Checks the file, and reports it if it differs from the last check. Runs one check at a time. */
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
    this.#stopLookingAgain();
    for (const folder of [...this.#folders.keys()]) this.#unwatch(folder);
    await this.#looking;
  }

  /** Reads the flag again: it may have been set during an await. */
  #hasClosed(): boolean {
    return this.#isClosed;
  }

  /** Watches the folders that the path currently leads through, and closes the other watches. */
  #watchFolders(): void {
    this.#names = namesToWatch(this.#options.path, this.#system.platform);
    for (const [folder, { inode }] of this.#folders) {
      if (!this.#names.has(folder) || folderInode(folder) !== inode) this.#unwatch(folder);
    }
    for (const folder of this.#names.keys()) {
      if (!this.#folders.has(folder)) this.#watch(folder);
    }
  }

  #watch(folder: string): void {
    const inode = folderInode(folder);
    if (inode === null) return;
    const watch = isTooBroad(folder, this.#system) ? this.#poll(folder) : this.#follow(folder);
    if (watch !== null) this.#folders.set(folder, { watch, inode });
  }

  #poll(folder: string): FolderWatch {
    const names = (): Iterable<string> => this.#names.get(folder) ?? [];
    const onChange = (): void => {
      this.#schedule();
    };
    return pollNames({ folder, names, clock: this.#options.clock, onChange });
  }

  #follow(folder: string): FolderWatch | null {
    const { log } = this.#options;
    try {
      return watchFolder(folder, this.#system, {
        onName: (name) => {
          if (this.#matters(folder, name)) this.#schedule();
        },
        onError: (error) => {
          log.warn(`the config's folder ${folder} is no longer watched: ${error.message}`);
          this.#unwatch(folder);
          if (++this.#watchErrors <= maxWatchErrors) this.#schedule();
        },
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`the config's folder ${folder} cannot be watched, reload by hand: ${reason}`);
      return null;
    }
  }

  #unwatch(folder: string): void {
    const watched = this.#folders.get(folder);
    this.#folders.delete(folder);
    watched?.watch.close();
  }

  /** Without a name anything may have happened. A folder that is moved or removed reports its own name. */
  #matters(folder: string, name: string | null): boolean {
    if (name === null) return true;
    const names = [basename(folder), ...(this.#names.get(folder) ?? [])];
    return names.some((known) => isSameName(known, name, this.#system.platform));
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
