/**
 * Notices that credentials may have changed: somebody signed in, edited a kubeconfig, added a key or accepted a host.
 * Only the folders where such files lie are watched, not what is in them; a change is a hint to try again, no more.
 */
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';

export interface CredentialWatcherParts {
  readonly homeDirectory: string;
  /** The kubeconfig files that are used beside ~/.kube/config. */
  readonly kubeconfigs: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: () => void;
}

/** A sign-in writes several files: they are told of as one change, in ms. */
const settleMs = 500;
/**
 * How often to look for folders that have come since: the first sign-in of a kind makes its own. Looked for rather than
 * watched for: on macOS a watch on the home folder wakes with every change anywhere below it (libuv uses FSEvents).
 */
const lookIntervalMs = 10_000;
/**
 * The files in each folder that a sign-in writes. Caches that the credential plugins write at every use are left out:
 * a failing forward would wake itself through them, again and again.
 */
const credentialFiles: readonly (readonly [folder: string, files: RegExp])[] = [
  ['.kube', /^config/],
  ['.ssh', /./],
  ['.aws', /^(config|credentials)$/],
  ['.aws/sso/cache', /\.json$/],
  ['.config/gcloud', /^(credentials\.db|application_default_credentials\.json|active_config)$/],
  ['.azure', /^(msal_token_cache|azureProfile)/],
];

interface Place {
  readonly folder: string;
  readonly matters: (file: string) => boolean;
  /** null while the folder does not exist: nobody has signed in that way on this machine. */
  watch: { readonly watcher: FSWatcher; readonly inode: number } | null;
}

/** Returns a function that stops watching. */
export function watchCredentials(parts: CredentialWatcherParts): () => void {
  const { clock, log } = parts;
  const places = placesOf(parts);
  let pending: Timer | null = null;
  const noteChange = (): void => {
    // Counted from the first change: files that are written all the time must not put it off for ever.
    pending ??= clock.after(settleMs, () => {
      pending = null;
      parts.onChange();
    });
  };
  /** Watches the folders that have come, or have come anew, since the last look. True when one brought a file that matters. */
  const look = (): boolean => {
    const brought = places.filter((place) => {
      const inode = inodeOf(place.folder);
      if (inode === (place.watch?.inode ?? null)) return false;
      place.watch?.watcher.close();
      place.watch = inode === null ? null : watchFolder({ place, inode, log, onChange: noteChange });
      return place.watch !== null && filesIn(place.folder).some(place.matters);
    });
    return brought.length > 0;
  };
  const lookLater = (): Timer =>
    clock.after(lookIntervalMs, () => {
      if (look()) noteChange();
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
  const usual = credentialFiles.map(([folder, files]) => ({
    folder: path.join(homeDirectory, folder),
    matters: (file: string) => files.test(file),
    watch: null,
  }));
  const named = kubeconfigs.map((kubeconfig) => ({
    folder: path.dirname(path.resolve(kubeconfig)),
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
