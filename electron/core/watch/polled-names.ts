/** Checks a few names of a folder periodically, where a watch on the folder would cost more. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { FolderWatch } from './folder-watch.ts';

/** A saved config takes effect within this time. */
const intervalMs = 2_000;

export interface PolledNamesParts {
  readonly folder: string;
  /** As they are now. */
  readonly names: () => Iterable<string>;
  readonly clock: Clock;
  readonly onChange: () => void;
}

/** Reads only the metadata of the names themselves: a link counts, not its target. */
export function pollNames({ folder, names, clock, onChange }: PolledNamesParts): FolderWatch {
  const stateNow = (): string =>
    [rightsOf(folder), ...[...names()].map((name) => `${name} ${stateOf(join(folder, name))}`)].join('\n');
  let state = stateNow();
  const pollLater = (): Timer =>
    clock.after(intervalMs, () => {
      timer = pollLater();
      const now = stateNow();
      if (now === state) return;
      state = now;
      onChange();
    });
  let timer = pollLater();
  return {
    close: () => {
      timer.cancel();
    },
  };
}

/** A fingerprint that changes with any write, rename or permission change of a file. */
export function stateOf(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'none';
  }
}

/** Without the folder's times, which change with every file in it. */
function rightsOf(folder: string): string {
  try {
    const { ino, mode, uid, gid } = lstatSync(folder);
    return [ino, mode, uid, gid].join(' ');
  } catch {
    return 'none';
  }
}
