/**
 * A tunnel's private files: its sockets and its askpass program. Their names are short hashes: `sun_path` holds 104
 * bytes on macOS and 108 on Linux, including the terminating NUL, and a service name can be long.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

export type TunnelFileKind = 'sock' | 'live' | 'pass' | 'c' | 'pair' | 'kube';

const maxSocketPathBytes = 103;
/**
 * ssh binds a control socket under a name that is 17 bytes longer, and then links it to its own (muxserver_listen in
 * mux.c).
 */
const maxControlPathBytes = maxSocketPathBytes - 17;
const nameLength = 12;
const controlNameLength = 8;

/** Throws if socket paths in this directory would be too long. Checked at startup rather than for each tunnel. */
export function assertFitsSockets(runtimeDirectory: string): void {
  for (const [kind, maxBytes] of [
    ['kube', maxSocketPathBytes],
    ['c', maxControlPathBytes],
  ] as const) {
    const bytes = Buffer.byteLength(tunnelFile(runtimeDirectory, '', kind));
    if (bytes > maxBytes) {
      throw new Error(
        `The runtime directory ${runtimeDirectory} is too long for Unix sockets: ${bytes} bytes including the socket ` +
          `name; the limit is ${maxBytes}`,
      );
    }
  }
}

/** A tunnel always gets the same path, so files left by a crash are replaced. */
export function tunnelFile(runtimeDirectory: string, tunnelId: string, kind: TunnelFileKind): string {
  const digest = createHash('sha256').update(tunnelId).digest('hex');
  const name = digest.slice(0, kind === 'c' ? controlNameLength : nameLength);
  return path.join(runtimeDirectory, `${name}.${kind}`);
}

/**
 * The socket that receives connections from a reverse forward's server. All tunnels of a runner share it:
 * `tunnelId` is one of them, or the runner's own name, `service#runner`.
 */
export const reverseSocket = (runtimeDirectory: string, tunnelId: string): string =>
  tunnelFile(runtimeDirectory, `in ${tunnelId.replace(/\.\d+$/, '')}`, 'sock');

/** Does nothing if there is none. */
export function removeFile(file: string): Promise<void> {
  return rm(file, { force: true });
}

/** Also removes the longer name, which an ssh that was ended just then leaves behind. */
export async function removeControlSocket(controlPath: string): Promise<void> {
  const folder = path.dirname(controlPath);
  const name = path.basename(controlPath);
  const files = await readdir(folder).catch(() => []);
  const its = files.filter((file) => file === name || file.startsWith(`${name}.`));
  await Promise.all(its.map((file) => removeFile(path.join(folder, file))));
}

/**
 * Called before each tunnel: a cleanup of temporary folders may have removed the folder since startup. Throws if it
 * cannot be created, or if another user owns it.
 */
export function ensureRuntimeDirectory(runtimeDirectory: string): void {
  mkdirSync(runtimeDirectory, { recursive: true, mode: 0o700 });
  const stats = lstatSync(runtimeDirectory);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw new Error(`${runtimeDirectory} is not a folder owned by this user: remove it`);
  }
}

/**
 * Removes the files of a run that was killed. Call it before the first tunnel, and only if no other run is active.
 * Never rejects.
 */
export async function removeLeftTunnelFiles(runtimeDirectory: string): Promise<void> {
  const names = await readdir(runtimeDirectory).catch(() => []);
  const left = names.filter((name) =>
    /^(?:[0-9a-f]{12}\.(?:sock(?:\.new)?|live|pair|kube|pass(?:\.\d+)?)|[0-9a-f]{8}\.c(?:\.\w+)?)$/.test(
      name,
    ),
  );
  await Promise.all(left.map((name) => removeFile(path.join(runtimeDirectory, name)).catch(() => undefined)));
}
