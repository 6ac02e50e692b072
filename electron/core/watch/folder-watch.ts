/** Watches on folders, and the additional check that each of them requires on macOS (see watch-system.ts). */
import type { WatchListener } from 'node:fs';
import type { Clock, Timer } from '../clock.ts';
import type { WatchSystem } from './watch-system.ts';

export interface FolderWatch {
  close(): void;
}

export interface FolderListener {
  /** null: anything may have happened. */
  onName(name: string | null): void;
  /** The watch no longer works; it still has to be closed. */
  onError(error: Error): void;
}

/** Long enough for the stream to be recreated. */
const renewalMs = 1_000;

/** For the whole process, like the stream: a watch of one owner makes a gap for all others. */
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
 * Calls `look` 1 s after any watch of the process is added or removed: changes in between are not reported. Only on
 * macOS. Returns a function that stops it.
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
