/**
 * Notices that credentials may have changed: somebody signed in, edited a kubeconfig, added a key or accepted a host.
 * Only the folders where such files lie are watched, not what is in them; a change is a hint to try again, no more.
 */
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { credentialFolders, type CredentialConcern, type FileKind } from './credential-files.ts';

export interface CredentialWatcherParts {
  readonly homeDirectory: string;
  /** The kubeconfig files that are used beside ~/.kube/config. */
  readonly kubeconfigs: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** `all` when credentials of several kinds changed at once. */
  readonly onChange: (concerns: CredentialConcern) => void;
}

/** A sign-in writes several files: they are told of as one change, in ms. */
const settleMs = 500;
/**
 * How often to look for folders that have come since: the first sign-in of a kind makes its own. Looked for rather than
 * watched for: on macOS a watch on the home folder wakes with every change anywhere below it (libuv uses FSEvents).
 */
const lookIntervalMs = 10_000;
interface Place {
  readonly folder: string;
  readonly concerns: CredentialConcern;
  readonly matters: (file: string) => boolean;
  /** null while the folder does not exist: nobody has signed in that way on this machine. */
  watch: { readonly watcher: FSWatcher; readonly inode: number } | null;
}

/** Returns a function that stops watching. */
export function watchCredentials(parts: CredentialWatcherParts): () => void {
  const { clock, log } = parts;
  const places = placesOf(parts);
  const changed = new Set<CredentialConcern>();
  let pending: Timer | null = null;
  const noteChange = ({ concerns }: Place): void => {
    changed.add(concerns);
    // Counted from the first change: files that are written all the time must not put it off for ever.
    pending ??= clock.after(settleMs, () => {
      pending = null;
      const [first = 'all', another] = changed;
      changed.clear();
      parts.onChange(another === undefined ? first : 'all');
    });
  };
  /** Watches the folders that have come, or have come anew, since the last look. Returns those that brought a file that matters. */
  const look = (): readonly Place[] =>
    places.filter((place) => {
      const inode = inodeOf(place.folder);
      if (inode === (place.watch?.inode ?? null)) return false;
      place.watch?.watcher.close();
      const onChange = (): void => {
        noteChange(place);
      };
      place.watch = inode === null ? null : watchFolder({ place, inode, log, onChange });
      return place.watch !== null && filesIn(place.folder).some(place.matters);
    });
  const lookLater = (): Timer =>
    clock.after(lookIntervalMs, () => {
      for (const place of look()) noteChange(place);
      nextLook = lookLater();
    });
  look();
  let nextLook = lookLater();
  return () => {
    pending?.cancel();
    nextLook.cancel();
    for (const { watch } of places) watch?.watcher.close();
  };
}

function placesOf({ homeDirectory, kubeconfigs }: CredentialWatcherParts): readonly Place[] {
  const usual = credentialFolders.map(({ folder, concerns, isCredential }) => {
    const place = path.join(homeDirectory, folder);
    return {
      folder: place,
      concerns,
      matters: (file: string) => isCredential(file, typeOf(path.join(place, file))),
      watch: null,
    };
  });
  const named = kubeconfigs.map((kubeconfig) => ({
    folder: path.dirname(path.resolve(kubeconfig)),
    concerns: 'kubectl' as const,
    matters: (file: string) => file === path.basename(kubeconfig),
    watch: null,
  }));
  return [...usual, ...named];
}

interface FolderWatch {
  readonly place: Place;
  readonly inode: number;
  readonly log: Logger;
  readonly onChange: () => void;
}

function watchFolder({ place, inode, log, onChange }: FolderWatch): Place['watch'] {
  const { folder, matters } = place;
  try {
    const watcher = watch(folder, { persistent: false }, (_event, file) => {
      // A folder that is removed tells its own name. The next one in its place may have the same inode.
      if (file === path.basename(folder)) forget();
      else if (file !== null && matters(file)) onChange();
    });
    const forget = (): void => {
      watcher.close();
      if (place.watch?.watcher === watcher) place.watch = null;
    };
    watcher.on('error', (error) => {
      log.debug(`credentials: ${folder} is no longer watched: ${String(error)}`);
      forget();
    });
    return { watcher, inode };
  } catch (error) {
    log.debug(`credentials: ${folder} cannot be watched: ${String(error)}`);
    return null;
  }
}

function typeOf(file: string): FileKind {
  try {
    return statSync(file).isFile() ? 'file' : 'other';
  } catch {
    return 'gone';
  }
}

function inodeOf(folder: string): number | null {
  try {
    return statSync(folder).ino;
  } catch {
    return null;
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
