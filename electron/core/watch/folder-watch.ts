/** Watches on folders, and the look that each of them costs on macOS (see watch-system.ts). */
import type { WatchListener } from 'node:fs';
import type { Clock, Timer } from '../clock.ts';
import type { WatchSystem } from './watch-system.ts';

export interface FolderWatch {
  close(): void;
}

export interface FolderListener {
  /** null: anything may have happened. */
  onName(name: string | null): void;
  /** The watch is of no use any more; it still has to be closed. */
  onError(error: Error): void;
}

/** Long enough for the stream to be made anew. */
const renewalMs = 1_000;

/** Of the process, as the stream is: a watch of one owner makes a gap for all others. */
const onRenewal = new Set<() => void>();

/** Throws where the folder cannot be watched. */
export function watchFolder(folder: string, system: WatchSystem, listener: FolderListener): FolderWatch {
  const onEvent: WatchListener<string> = (_, name) => {
    listener.onName(name);
  };
  const watcher = system.watch(folder, onEvent);
  watcher.on('error', (error) => {
    listener.onError(error);
  });
  tellRenewal();
  return {
    close: () => {
      watcher.close();
      tellRenewal();
    },
  };
}

function tellRenewal(): void {
  for (const listener of onRenewal) listener();
}

/**
 * Has `look` called 1 s after any watch of the process was added or removed: what changed meanwhile was not reported. On
 * macOS only. Returns a function that ends it.
 */
export function afterRenewal(
  { clock, system: { platform } }: { readonly clock: Clock; readonly system: WatchSystem },
  look: () => void,
): () => void {
  if (platform !== 'darwin') return () => undefined;
  let timer: Timer | null = null;
  const listener = (): void => {
    timer?.cancel();
    timer = clock.after(renewalMs, look);
  };
  onRenewal.add(listener);
  return () => {
    onRenewal.delete(listener);
    timer?.cancel();
  };
}
