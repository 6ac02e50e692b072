/**
 * Notices that credentials may have changed: the user signed in, edited a kubeconfig, added a key or accepted a host.
 * Only the folders of such files are watched, not their contents; a change is merely a hint to retry.
 *
 * On macOS a watch may miss what happens while it begins, and a watch on the home folder wakes with every change anywhere
 * below it (see watch-system.ts). So on macOS each check compares the content with that of the last check, and a kubeconfig directly
 * in the home folder is only polled.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { folderInode } from '../watch/folder-inode.ts';
import { afterRenewal, watchFolder, type FolderWatch } from '../watch/folder-watch.ts';
import { isSameName, isTooBroad, thisWatchSystem, type WatchSystem } from '../watch/watch-system.ts';
import type { CredentialConcern } from './credential-files.ts';
import {
  credentialFolders,
  credentialsIn,
  stateOfFolder,
  type CredentialFolder,
} from './credential-folders.ts';

export interface CredentialWatcherParts {
  readonly homeDirectory: string;
  /** The kubeconfig files that are used besides ~/.kube/config. */
  readonly kubeconfigs: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** `all` when credentials of several kinds changed at once. */
  readonly onChange: (concerns: CredentialConcern) => void;
  /** Only tests replace it. */
  readonly system?: Omit<WatchSystem, 'homeDirectory'>;
  /** Settles once the folder can be looked at without waiting. Only tests replace it. */
  readonly answers?: (folder: string) => Promise<unknown>;
}

/** A sign-in writes several files, which are reported as one change, in ms. */
const settleMs = 500;
/**
 * How often to look for new folders: the first sign-in of a kind creates its own. They are polled rather than watched,
 * because a watch on the home folder costs too much on macOS.
 */
const lookIntervalMs = 10_000;

/** Returns a function that stops watching. */
export function watchCredentials(parts: CredentialWatcherParts): () => void {
  const watcher = new CredentialWatcher(parts);
  return () => {
    watcher.close();
  };
}

interface WatchedCredentials extends CredentialFolder {
  /** null while the folder does not exist: there has been no such sign-in on this machine. */
  watch: { readonly handle: FolderWatch; readonly inode: number } | null;
  /** The state at the last check; null if checks do not compare states. */
  state: string | null;
  /** Its volume has not answered yet. At most one thread waits for each folder. */
  isAwaited: boolean;
}

/** `renewal`: of all watches; changes since then may have been missed. */
type Occasion = 'interval' | 'renewal';

class CredentialWatcher {
  readonly #parts: CredentialWatcherParts;
  readonly #system: WatchSystem;
  readonly #folders: readonly WatchedCredentials[];
  readonly #changed = new Set<CredentialConcern>();
  readonly #stopLookingAgain: () => void;
  #isClosed = false;
  #pending: Timer | null = null;
  #nextLook: Timer;

  constructor(parts: CredentialWatcherParts) {
    const { clock, homeDirectory, kubeconfigs, system = thisWatchSystem } = parts;
    this.#parts = parts;
    this.#system = { ...system, homeDirectory };
    this.#folders = credentialFolders(kubeconfigs, this.#system).map((watched) => ({
      ...watched,
      watch: null,
      state: system.platform === 'darwin' ? stateOfFolder(watched) : null,
      isAwaited: false,
    }));
    this.#stopLookingAgain = afterRenewal({ clock, system: this.#system }, () => {
      this.#lookAtAll('renewal');
    });
    // The state at the start is not a change.
    for (const watched of this.#folders) this.#follow(watched);
    this.#nextLook = this.#lookLater();
  }

  close(): void {
    this.#isClosed = true;
    this.#pending?.cancel();
    this.#nextLook.cancel();
    this.#stopLookingAgain();
    for (const { watch } of this.#folders) watch?.handle.close();
  }

  #lookLater(): Timer {
    return this.#parts.clock.after(lookIntervalMs, () => {
      this.#nextLook = this.#lookLater();
      this.#lookAtAll('interval');
    });
  }

  #lookAtAll(occasion: Occasion): void {
    for (const watched of this.#folders) {
      if (watched.isNamed) void this.#lookWhenItAnswers(watched, occasion);
      else this.#lookAt(watched, occasion);
    }
  }

  /** A look at a volume that hangs would stop this process. */
  async #lookWhenItAnswers(watched: WatchedCredentials, occasion: Occasion): Promise<void> {
    if (watched.isAwaited) return;
    watched.isAwaited = true;
    const { answers = stat } = this.#parts;
    await answers(watched.folder).catch(() => undefined);
    watched.isAwaited = false;
    if (!this.#isClosed) this.#lookAt(watched, occasion);
  }

  #lookAt(watched: WatchedCredentials, occasion: Occasion): void {
    const isNew = occasion !== 'renewal' && this.#follow(watched);
    if (watched.state !== null) this.#compare(watched);
    else if (isNew && credentialsIn(watched).length > 0) this.#note(watched);
  }

  /** Watches a folder that is new or was replaced. Returns whether it was. */
  #follow(watched: WatchedCredentials): boolean {
    if (isTooBroad(watched.folder, this.#system)) return false;
    const inode = folderInode(watched.folder);
    if (inode === (watched.watch?.inode ?? null)) return false;
    this.#forget(watched);
    if (inode === null) return false;
    const { folder } = watched;
    const { log } = this.#parts;
    try {
      const handle = watchFolder(folder, this.#system, {
        onName: (name) => {
          if (watched.watch?.handle === handle && name !== null) this.#onName(watched, name);
        },
        onError: (error) => {
          log.debug(`credentials: ${folder} is no longer watched: ${String(error)}`);
          if (watched.watch?.handle === handle) this.#forget(watched);
        },
      });
      watched.watch = { handle, inode };
    } catch (error) {
      log.debug(`credentials: ${folder} cannot be watched: ${String(error)}`);
    }
    return watched.watch !== null;
  }

  #forget(watched: WatchedCredentials): void {
    const { watch } = watched;
    watched.watch = null;
    watch?.handle.close();
  }

  #onName(watched: WatchedCredentials, name: string): void {
    const { platform } = this.#system;
    if (!isSameName(name, path.basename(watched.folder), platform)) {
      if (watched.matters(name)) this.#note(watched);
    } else if (isReplaced(watched.watch?.inode ?? null, folderInode(watched.folder), platform))
      this.#forget(watched);
  }

  #compare(watched: WatchedCredentials): void {
    if (watched.state !== null && watched.state !== stateOfFolder(watched)) this.#note(watched);
  }

  #note(watched: WatchedCredentials): void {
    if (watched.state !== null) watched.state = stateOfFolder(watched);
    this.#changed.add(watched.concerns);
    // Counted from the first change: files that are written constantly must not delay the report forever.
    this.#pending ??= this.#parts.clock.after(settleMs, () => {
      this.#pending = null;
      const [first = 'all', another] = this.#changed;
      this.#changed.clear();
      this.#parts.onChange(another === undefined ? first : 'all');
    });
  }
}

/**
 * Whether a folder whose watch reported its own name has been replaced or removed. macOS also reports it for a change of
 * permissions, and never reuses an inode (APFS). Elsewhere the next folder in its watched may have the same inode.
 */
export const isReplaced = (before: number | null, now: number | null, platform: NodeJS.Platform): boolean =>
  platform !== 'darwin' || before !== now;
