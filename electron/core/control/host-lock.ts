/**
 * One host at a time per user: a file that names the host. It counts only while its holder lives: pid, start time and
 * boot must match, so a lock that a crash left behind blocks nothing.
 *
 * 1. The file appears whole, by link(2): a reader never sees half of it.
 * 2. A stale lock is replaced only by the holder of its succession lock, a second file that is named after the content of
 *    the stale one and taken in the same way. Of two concurrent starters one wins, and a third one's lock is never overwritten.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/result.ts';
import { hostInfoSchema, type HostInfo } from '../../../shared/service-snapshot.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import { readPrivateFile } from '../files/private-file.ts';
import { bootId, identifyProcesses } from '../process/process-identity.ts';

const lockSchema = z
  .object({
    kind: hostInfoSchema.unwrap().shape.kind,
    version: z.string(),
    pid: z.number().int().min(1),
    startTime: z.string().min(1),
    bootId: z.string(),
    /** Epoch ms, within the range of a date (ECMA-262, 21.4.1.1). */
    since: z.number().min(0).max(8.64e15),
    /** The path where the holder listens, or will soon. */
    socketPath: z.string(),
  })
  .readonly();
export type LockHolder = z.infer<typeof lockSchema>;

export interface HostLockOptions {
  /** The lock files, each in a folder that only the user can write. The first one is required. */
  readonly paths: readonly [string, ...string[]];
  readonly kind: HostInfo['kind'];
  readonly version: string;
  readonly socketPath: string;
  /** Epoch ms. */
  readonly now: number;
}

export interface HostLock {
  /** Removes the files. Idempotent. Never rejects. */
  release(): Promise<void>;
}

/** Why a host may not start. `message`: a sentence for the user. */
export interface StartRefusal {
  readonly code: 'runs-already' | 'failed';
  readonly message: string;
}

export const startFailure = (message: string): StartRefusal => ({ code: 'failed', message });

/** Nested successions happen only when starters are repeatedly killed at the worst moment. */
const maxSuccessions = 3;
/** How often a lock may change hands while we examine it. */
const maxLooks = 20;

/** Error codes of a folder that cannot be written, or of a full disk. */
const unwritable = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ENOSPC', 'EDQUOT', 'EIO']);

/**
 * Takes the lock at all paths, or at none. After the first one, a folder that cannot be written is skipped, unless the lock
 * there names a living host. The error names the holder, or what is wrong with a file.
 */
export async function takeHostLock(options: HostLockOptions): Promise<Result<HostLock, StartRefusal>> {
  const { paths, kind, version, socketPath, now: since } = options;
  const { pid } = process;
  const identity = (await identifyProcesses([pid])).get(pid);
  if (identity === undefined)
    return err(startFailure('the start time of our own process cannot be found out'));
  const { startTime } = identity;
  const holder: LockHolder = { kind, version, pid, startTime, bootId: await bootId(), since, socketPath };
  const text = JSON.stringify({ ...holder, token: randomUUID() });
  const lock: HostLock = {
    release: async () => {
      for (const path of paths) await release(path, text);
    },
  };
  for (const path of paths) {
    const refusal = await refusalAt(path, text, path === paths[0]);
    if (refusal === null) continue;
    await lock.release();
    return err(refusal);
  }
  return ok(lock);
}

/** null: the lock is ours, or is skipped. */
async function refusalAt(path: string, text: string, isNeeded: boolean): Promise<StartRefusal | null> {
  try {
    const other = await take(path, text, maxSuccessions);
    return other === null ? null : runsAlready(other);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (isNeeded || !unwritable.has(code))
      return startFailure(`the lock ${path} cannot be taken: ${errorMessage(error)}`);
    const other = await findLockHolder(path);
    return other === null ? null : runsAlready(other);
  }
}

const runsAlready = (holder: LockHolder): StartRefusal => ({
  code: 'runs-already',
  message: describeHolder(holder),
});

/** The running host of the user whose lock this is; null: none. Never rejects. */
export async function findLockHolder(path: string): Promise<LockHolder | null> {
  const found = readPrivateFile(path);
  return found.ok && found.value !== null ? liveHolder(found.value) : null;
}

/** Null if the lock is ours; otherwise its holder. Rejects with the system's error, or with a message. */
async function take(path: string, text: string, successionsLeft: number): Promise<LockHolder | null> {
  for (let look = 0; look < maxLooks; look++) {
    if (await create(path, text)) return null;
    const present = readLock(path);
    if (present === null) continue;
    const holder = await liveHolder(present);
    if (holder !== null) return holder;
    if (successionsLeft === 0) throw new Error('it was left behind again and again: remove it');
    const succession = `${path}.after-${createHash('sha256').update(present).digest('hex').slice(0, 16)}`;
    const successor = await take(succession, text, successionsLeft - 1);
    // Only the holder of its succession lock replaces a stale lock. A later starter may hold it too, without effect.
    if (readLock(path) === present) {
      if (successor !== null) return successor;
      await rename(succession, path);
      return null;
    }
    if (successor === null) await rm(succession, { force: true });
  }
  throw new Error('it changes hands all the time');
}

/** False if the file exists. */
async function create(path: string, text: string): Promise<boolean> {
  const whole = `${path}.${process.pid}-${randomUUID()}.tmp`;
  try {
    await writeFile(whole, text, { mode: 0o600, flag: 'wx' });
    await link(whole, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

/** Null if there is none. Throws if the file cannot be trusted. */
function readLock(path: string): string | null {
  const text = readPrivateFile(path);
  if (text.ok) return text.value;
  throw new Error(text.error);
}

/** Null if no living process holds it: it was damaged, its holder has exited, or the computer was restarted. */
async function liveHolder(text: string): Promise<LockHolder | null> {
  const holder = parse(text);
  if (holder === null || holder.bootId !== (await bootId())) return null;
  const identity = (await identifyProcesses([holder.pid])).get(holder.pid);
  return identity?.startTime === holder.startTime ? holder : null;
}

function parse(text: string): LockHolder | null {
  try {
    return lockSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

async function release(path: string, text: string): Promise<void> {
  const present = readPrivateFile(path);
  if (present.ok && present.value === text) await rm(path, { force: true }).catch(() => undefined);
}

const kinds: Readonly<Record<HostInfo['kind'], string>> = {
  'menu-bar': 'as the menu-bar app',
  headless: 'without a screen, as the daemon',
};

function describeHolder({ kind, pid, version, since }: LockHolder): string {
  const when = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z');
  return (
    `LocalPort ${version} is already running, ${kinds[kind]}: process ${pid}, since ${when}. ` +
    'Stop it first: localport daemon stop'
  );
}
