/**
 * Notices that credentials may have changed: somebody signed in, edited a kubeconfig, added a key or accepted a host.
 * Only the folders where such files lie are watched, not what is in them; a change is a hint to try again, no more.
 */
import { watch, type FSWatcher } from 'node:fs';
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

/** Folders that do not exist are left out. Returns a function that stops watching. */
export function watchCredentials(parts: CredentialWatcherParts): () => void {
  const kubeconfigs = parts.kubeconfigs.map((file) => path.resolve(file));
  const places = [
    ...credentialFiles.map(([folder, files]) => ({
      folder: path.join(parts.homeDirectory, folder),
      matters: (file: string) => files.test(file),
    })),
    ...kubeconfigs.map((kubeconfig) => ({
      folder: path.dirname(kubeconfig),
      matters: (file: string) => file === path.basename(kubeconfig),
    })),
  ];
  let pending: Timer | null = null;
  const noteChange = (): void => {
    // Counted from the first change: files that are written all the time must not put it off for ever.
    pending ??= parts.clock.after(settleMs, () => {
      pending = null;
      parts.onChange();
    });
  };
  const watchers = places.flatMap(({ folder, matters }) => {
    const onFile = (file: string): void => {
      if (matters(file)) noteChange();
    };
    const watcher = watchFolder(folder, onFile, parts.log);
    return watcher === null ? [] : [watcher];
  });
  return () => {
    pending?.cancel();
    for (const watcher of watchers) watcher.close();
  };
}

function watchFolder(folder: string, onFile: (file: string) => void, log: Logger): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, file) => {
      if (file !== null) onFile(file);
    });
    watcher.on('error', (error) => {
      log.debug(`credentials: ${folder} is no longer watched: ${String(error)}`);
      watcher.close();
    });
    return watcher;
  } catch {
    // It does not exist: nobody has signed in that way on this machine.
    return null;
  }
}
