import { lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from './make-folder.ts';

let writes = 0;

export interface AtomicWrite {
  readonly mode: number;
  /**
   * Whether it is synced to disk, to survive a power failure. Not for files that are useless after one, such as the
   * journal of living children, which is written often, and while the app quits.
   */
  readonly sync: boolean;
  /** Absent, or not permitted: the user of this process. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Runs right before the new content replaces the old, and rejects to prevent that. */
  readonly beforeReplacing?: () => Promise<void>;
}

/**
 * Writes a file atomically: a reader, even after a crash at any moment, finds either the complete old or the complete new
 * content. Creates missing folders, private to the user. Rejects with the system's error, without leaving a temporary file.
 */
export async function writeFileAtomically(path: string, text: string, write: AtomicWrite): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = `${path}.${process.pid}-${++writes}.tmp`;
  try {
    await writeNewFile(temporary, text, write);
    await write.beforeReplacing?.();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (write.sync) await syncFolder(folder);
}

/** Removes temporary files of a run that was killed while writing. Call it when no other run writes there. Never rejects. */
export async function removeLeftTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => /\.json\.\d+(-\d+)?\.tmp$/.test(name));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}

const anHourMs = 3_600_000;

/**
 * Removes temporary files of a killed writer beside a file that was just written. Others may be writing it: only files that are an
 * hour older are left-overs. Never rejects.
 */
export async function removeOldTemporaries(path: string): Promise<void> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  const names = await readdir(dirname(path)).catch(() => []);
  const ours = names.filter((name) => name.startsWith(`${basename(path)}.`) && /\.\d+-\d+\.tmp$/.test(name));
  for (const temporary of ours.map((name) => join(dirname(path), name))) {
    const found = await lstat(temporary).catch(() => null);
    if (found?.isFile() === true && found.mtimeMs < mtimeMs - anHourMs)
      await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function writeNewFile(path: string, text: string, { mode, sync, owner }: AtomicWrite): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid).catch(() => undefined);
    await handle.chmod(mode);
    await handle.writeFile(text, 'utf8');
    if (sync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new name is durable only once its folder is synced. Not every file system supports that; the content is safe anyway. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}
