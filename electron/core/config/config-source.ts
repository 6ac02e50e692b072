/**
 * Reads the config file, and refuses an untrustworthy one: config is code execution, so only the user and root may be able to
 * write it or to replace it. The text is read from the checked file handle, not by name again.
 */
import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { allowFolder } from '../../../shared/folder-permission.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { protectedFolderOf, type FolderPrivacy } from '../privacy/protected-folder.ts';
import { fileError } from './config-problem.ts';
import { stepsTo } from '../files/path-steps.ts';
import { digestOf, type ConfigIdentity } from './trust-store.ts';
import { refuseWriters } from '../files/write-refusal.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export const maxConfigBytes = 1024 * 1024;

export interface ConfigSource extends ConfigIdentity {
  /** Without a byte order mark. */
  readonly text: string;
  readonly hasMark: boolean;
}

/** Never blocks on a pipe, never throws. `uid`: the user who runs LocalPort. */
export async function readConfigSource(
  path: string,
  uid: number,
  privacy: FolderPrivacy = thisPrivacy,
): Promise<Result<ConfigSource, ConfigProblem>> {
  let handle: FileHandle | undefined;
  let realPath = path;
  try {
    const steps = stepsTo(path);
    const last = steps.at(-1);
    if (last?.isLast === true && last.stats?.isSymbolicLink() === false) realPath = last.path;
    // Without O_NONBLOCK, opening a FIFO waits forever for a writer.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    handle = await open(realPath, realPath === path ? flags : flags | constants.O_NOFOLLOW);
    const stats = await handle.stat();
    const nature = refuseNature(stats);
    if (nature !== null) return err(fileError(`the file ${nature}`));
    // The folders were checked before the file was opened: if only the user can write to them, only the user can have replaced it.
    const opened = { path: realPath, stats, isLast: true };
    const refusal = await refuseWriters([...steps.slice(0, -1), opened], uid);
    if (refusal !== null) return err(fileError(refusal));
    const bytes = await readAtMost(handle, maxConfigBytes);
    const text = decode(bytes);
    if (!text.ok) return text;
    const hasMark = bytes.subarray(0, 3).equals(byteOrderMark);
    return ok({ text: text.value, hasMark, realPath, digest: digestOf(text.value) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return err(
      fileError(describeBarred(code, realPath, privacy) ?? `the file ${describeReadError(code, path)}`),
    );
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

function refuseNature(stats: Stats): string | null {
  if (stats.isDirectory()) return 'is a directory, expected a YAML file';
  if (!stats.isFile()) return 'is not a regular file, expected a YAML file';
  return stats.size > maxConfigBytes ? describeOversize(stats.size) : null;
}

/** Reads one byte more than allowed: the file may have grown since it was checked. */
async function readAtMost(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
  }
}

function decode(bytes: Buffer): Result<string, ConfigProblem> {
  if (bytes.length > maxConfigBytes) return err(fileError(`the file ${describeOversize(bytes.length)}`));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return ok(text);
  } catch {
    return err(fileError('the file is not UTF-8 text: save it as UTF-8', lineOfFirstBadByte(bytes)));
  }
}

/** No character spans lines, so the text up to a line end is valid if and only if all of its lines are. Counts from 1. */
function lineOfFirstBadByte(bytes: Buffer): number {
  const ends = [...lineEnds(bytes)];
  let [first, last] = [0, ends.length - 1];
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    if (isUtf8(bytes.subarray(0, ends[middle]))) first = middle + 1;
    else last = middle;
  }
  return first + 1;
}

function* lineEnds(bytes: Buffer): Generator<number> {
  for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', end + 1)) yield end;
  yield bytes.length;
}

const describeOversize = (bytes: number): string =>
  `is ${bytes} bytes long, more than the ${maxConfigBytes} that are allowed`;

/** null: macOS is not the cause. `realPath`: a link may lead into a folder that macOS protects. */
export function describeBarred(code: string, realPath: string, privacy: FolderPrivacy): string | null {
  const folder = code === 'EPERM' ? protectedFolderOf(realPath, privacy) : null;
  const { program } = privacy;
  return folder === null ? null : `macOS does not let ${program} read ${folder}. ${allowFolder(program)}`;
}

function describeReadError(code: string, path: string): string {
  switch (code) {
    case 'ENOENT':
      return `does not exist: create ${path}`;
    case 'ENOTDIR':
      return 'does not exist: a part of its path is not a folder';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user: run chmod u+r on it';
    case 'ELOOP':
      return 'is a symbolic link that leads back to itself';
    case 'ENXIO':
      return 'is not a regular file, expected a YAML file';
    default:
      return `cannot be read (${code})`;
  }
}
