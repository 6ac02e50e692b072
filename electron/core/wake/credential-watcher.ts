/**
 * Notices that credentials may have changed: the user signed in, edited a kubeconfig, added a key or accepted a host.
 * Only the folders of such files are watched, not their contents; a change is merely a hint to retry.
 *
 * On macOS a watch may miss what happens while it begins, and a watch on the home folder wakes with every change anywhere
 * below it (see watch-system.ts). So on macOS each check compares the content with that of the last check, and a kubeconfig directly
 * in the home folder is only polled.
 */
import path from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { folderInode } from '../watch/folder-inode.ts';
import { afterRenewal, watchFolder, type FolderWatch } from '../watch/folder-watch.ts';
import { isSameName, isTooBroad, thisWatchSystem, type WatchSystem } from '../watch/watch-system.ts';
import type { CredentialConcern } from './credential-files.ts';
import { credentialPlaces, credentialsIn, stateOfPlace, type CredentialPlace } from './credential-places.ts';

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

interface WatchedPlace extends CredentialPlace {
  /** null while the folder does not exist: there has been no such sign-in on this machine. */
  watch: { readonly handle: FolderWatch; readonly inode: number } | null;
  /** The state at the last check; null if checks do not compare states. */
  state: string | null;
}

class CredentialWatcher {
  readonly #parts: CredentialWatcherParts;
  readonly #system: WatchSystem;
  readonly #places: readonly WatchedPlace[];
  readonly #changed = new Set<CredentialConcern>();
  readonly #stopLookingAgain: () => void;
  #pending: Timer | null = null;
  #nextLook: Timer;

  constructor(parts: CredentialWatcherParts) {
    const { clock, homeDirectory, kubeconfigs, system = thisWatchSystem } = parts;
    this.#parts = parts;
    this.#system = { ...system, homeDirectory };
    this.#places = credentialPlaces(kubeconfigs, this.#system).map((place) => ({
      ...place,
      watch: null,
      state: system.platform === 'darwin' ? stateOfPlace(place) : null,
    }));
    this.#stopLookingAgain = afterRenewal({ clock, system: this.#system }, () => {
      for (const place of this.#places) this.#compare(place);
    });
    // The state at the start is not a change.
    for (const place of this.#places) this.#follow(place);
    this.#nextLook = this.#lookLater();
  }

  close(): void {
    this.#pending?.cancel();
    this.#nextLook.cancel();
    this.#stopLookingAgain();
    for (const { watch } of this.#places) watch?.handle.close();
  }

  #lookLater(): Timer {
    return this.#parts.clock.after(lookIntervalMs, () => {
      this.#nextLook = this.#lookLater();
      for (const place of this.#places) {
        const isNew = this.#follow(place);
        if (place.state !== null) this.#compare(place);
        else if (isNew && credentialsIn(place).length > 0) this.#note(place);
      }
    });
  }

  /** Watches a folder that is new or was replaced. Returns whether it was. */
  #follow(place: WatchedPlace): boolean {
    if (isTooBroad(place.folder, this.#system)) return false;
    const inode = folderInode(place.folder);
    if (inode === (place.watch?.inode ?? null)) return false;
    this.#forget(place);
    if (inode === null) return false;
    const { folder } = place;
    const { log } = this.#parts;
    try {
      const handle = watchFolder(folder, this.#system, {
        onName: (name) => {
          if (place.watch?.handle === handle && name !== null) this.#onName(place, name);
        },
        onError: (error) => {
          log.debug(`credentials: ${folder} is no longer watched: ${String(error)}`);
          if (place.watch?.handle === handle) this.#forget(place);
        },
      });
      place.watch = { handle, inode };
    } catch (error) {
      log.debug(`credentials: ${folder} cannot be watched: ${String(error)}`);
    }
    return place.watch !== null;
  }

  #forget(place: WatchedPlace): void {
    const { watch } = place;
    place.watch = null;
    watch?.handle.close();
  }

  #onName(place: WatchedPlace, name: string): void {
    const { platform } = this.#system;
    if (!isSameName(name, path.basename(place.folder), platform)) {
      if (place.matters(name)) this.#note(place);
    } else if (isReplaced(place.watch?.inode ?? null, folderInode(place.folder), platform))
      this.#forget(place);
  }

  #compare(place: WatchedPlace): void {
    if (place.state !== null && place.state !== stateOfPlace(place)) this.#note(place);
  }

  #note(place: WatchedPlace): void {
    if (place.state !== null) place.state = stateOfPlace(place);
    this.#changed.add(place.concerns);
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
 * permissions, and never reuses an inode (APFS). Elsewhere the next folder in its place may have the same inode.
 */
export const isReplaced = (before: number | null, now: number | null, platform: NodeJS.Platform): boolean =>
  platform !== 'darwin' || before !== now;
