/**
 * Private files of a tunnel: its sockets and its askpass program. Their names are short and say nothing: `sun_path`
 * holds 104 bytes on macOS and 108 on Linux, the closing NUL included, and a service may be called anything.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

export type TunnelFileKind = 'sock' | 'live' | 'pass' | 'c' | 'pair' | 'kube';

const maxSocketPathBytes = 103;
/** ssh binds a control socket by a name that is 17 bytes longer, and moves it (muxserver_listen in mux.c). */
const maxControlPathBytes = maxSocketPathBytes - 17;
const nameLength = 12;
const controlNameLength = 8;

/** Throws when the sockets of this directory would be too long to bind: better at the start than at each tunnel. */
export function assertFitsSockets(runtimeDirectory: string): void {
  for (const [kind, maxBytes] of [
    ['kube', maxSocketPathBytes],
    ['c', maxControlPathBytes],
  ] as const) {
    const bytes = Buffer.byteLength(tunnelFile(runtimeDirectory, '', kind));
    if (bytes > maxBytes) {
      throw new Error(
        `The runtime directory ${runtimeDirectory} is too long for Unix sockets: ${bytes} bytes with the name of a ` +
          `socket, ${maxBytes} are allowed`,
      );
    }
  }
}

/** The same tunnel always gets the same path, so that what a crash left behind is replaced. */
export function tunnelFile(runtimeDirectory: string, tunnelId: string, kind: TunnelFileKind): string {
  const digest = createHash('sha256').update(tunnelId).digest('hex');
  const name = digest.slice(0, kind === 'c' ? controlNameLength : nameLength);
  return path.join(runtimeDirectory, `${name}.${kind}`);
}

/**
 * Where what connects to a reverse forward's server comes in. All tunnels of a runner lead there: `tunnelId` is one of them, or
 * the runner's own name, `service#runner`.
 */
export const reverseSocket = (runtimeDirectory: string, tunnelId: string): string =>
  tunnelFile(runtimeDirectory, `in ${tunnelId.replace(/\.\d+$/, '')}`, 'sock');

/** Also when there is none. */
export function removeFile(file: string): Promise<void> {
  return rm(file, { force: true });
}

/**
 * Before each tunnel: the folder was there at the start, and whoever tidies up temporary folders may have removed it
 * since. Throws when it cannot be made, or when somebody else's lies there now.
 */
export function ensureRuntimeDirectory(runtimeDirectory: string): void {
  mkdirSync(runtimeDirectory, { recursive: true, mode: 0o700 });
  const stats = lstatSync(runtimeDirectory);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw new Error(`${runtimeDirectory} is no folder of this user's any more: remove it`);
  }
}

/** What a run that was killed left. Call it before the first tunnel, when no other run is there. Never rejects. */
export async function removeLeftTunnelFiles(runtimeDirectory: string): Promise<void> {
  const names = await readdir(runtimeDirectory).catch(() => []);
  const left = names.filter((name) =>
    /^(?:[0-9a-f]{12}\.(?:sock(?:\.new)?|live|pair|kube|pass(?:\.\d+)?)|[0-9a-f]{8}\.c(?:\.\w+)?)$/.test(
      name,
    ),
  );
  await Promise.all(left.map((name) => removeFile(path.join(runtimeDirectory, name)).catch(() => undefined)));
}
