/** Looks at a few names of a folder now and then, where a watch on the folder would cost more. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../clock.ts';
import type { FolderWatch } from './folder-watch.ts';

/** A saved config is taken over within this time. */
const intervalMs = 2_000;

export interface PolledNamesParts {
  readonly folder: string;
  /** As they are now. */
  readonly names: () => Iterable<string>;
  readonly clock: Clock;
  readonly onChange: () => void;
}

/** Reads nothing but the names' own metadata: a link counts, not what it leads to. */
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

/** What of a file changes with any write, rename or change of its rights. */
export function stateOf(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'none';
  }
}

/** Its times change with every file in it. */
function rightsOf(folder: string): string {
  try {
    const { ino, mode, uid, gid } = lstatSync(folder);
    return [ino, mode, uid, gid].join(' ');
  } catch {
    return 'none';
  }
}
