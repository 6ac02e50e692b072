/** Folder watches that report only what the test says, like FSEvents while a stream is being recreated. */
import { EventEmitter } from 'node:events';
import type { FSWatcher, WatchListener } from 'node:fs';
import type { WatchSystem } from '../watch-system.ts';

export class ScriptedWatches implements WatchSystem {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  /** Open watches, by folder. */
  readonly #listeners = new Map<string, WatchListener<string>>();
  /** How many watches have been set up in total. */
  count = 0;

  constructor(homeDirectory: string, platform: NodeJS.Platform = 'darwin') {
    this.homeDirectory = homeDirectory;
    this.platform = platform;
  }

  get folders(): readonly string[] {
    return [...this.#listeners.keys()].sort();
  }

  readonly watch: WatchSystem['watch'] = (folder, listener) => {
    this.count += 1;
    this.#listeners.set(folder, listener);
    const watcher = Object.assign(new EventEmitter(), {
      close: () => void this.#listeners.delete(folder),
      ref: () => watcher,
      unref: () => watcher,
    }) as unknown as FSWatcher;
    return watcher;
  };

  report(folder: string, name: string): void {
    this.#listeners.get(folder)?.('rename', name);
  }
}
