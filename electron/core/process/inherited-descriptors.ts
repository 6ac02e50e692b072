/**
 * Keeps children from inheriting the open descriptors of this process. Node marks its own descriptors close-on-exec; Chromium,
 * in whose process the app runs, does not on Linux, and closes them only in the children that it starts itself. Node cannot
 * mark or close descriptors that it did not open, so each of them is `/dev/null` in a child. On macOS libuv starts children
 * with POSIX_SPAWN_CLOEXEC_DEFAULT, so none is inherited.
 */
import { openSync, readdirSync, readFileSync } from 'node:fs';

/** The `stdio` option of a child: its descriptors, by number. A number as a value is a descriptor of this process. */
type Stdio = readonly (string | number | object | null | undefined)[];

export interface SpawningChild {
  /** The method that Node's `spawn` calls on the new child. */
  spawn?: (options: { readonly stdio?: unknown }) => unknown;
}

const isChromium = process.platform === 'linux' && 'electron' in process.versions;
const firstInherited = 3;
/** Bounds `stdio`, which has an entry for each number up to the last one. */
const maxDescriptor = 4096;
const closeOnExec = 0o2000000;

let devNull: number | null = null;

/** Call it with each child that Node has created and not started yet. */
export function keepDescriptorsFrom(child: SpawningChild): void {
  const { spawn } = child;
  if (!isChromium || spawn === undefined) return;
  child.spawn = (options) => {
    const { stdio } = options;
    if (!Array.isArray(stdio)) return spawn.call(child, options);
    devNull ??= openSync('/dev/null', 'r+');
    return spawn.call(child, { ...options, stdio: withoutInherited(stdio, inheritedNow(), devNull) });
  };
}

/** `stdio` with `substitute` at each number in `inherited`; its own entries stay. */
export function withoutInherited(stdio: Stdio, inherited: readonly number[], substitute: number): Stdio {
  const beyond = inherited.filter(
    (fd) => fd >= Math.max(firstInherited, stdio.length) && fd <= maxDescriptor,
  );
  const length = Math.max(stdio.length, ...beyond.map((fd) => fd + 1));
  const hidden = new Set(beyond);
  return Array.from({ length }, (_, fd) =>
    fd < stdio.length ? stdio[fd] : hidden.has(fd) ? substitute : 'ignore',
  );
}

/** Reads `/proc/self/fdinfo/N`, proc(5): the flags are octal. */
export function isInherited(fdinfo: string): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(fdinfo)?.[1];
  return flags !== undefined && (parseInt(flags, 8) & closeOnExec) === 0;
}

function inheritedNow(): readonly number[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return isInherited(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8')) ? [Number(name)] : [];
    } catch {
      // This one was opened to read the list.
      return [];
    }
  });
}
