/**
 * Reads the config file, and refuses what must not be trusted: config is code execution, so only its owner and root may
 * have been able to write it. All checks are made on the open file, not on its name, so that nobody can swap it in between.
 */
import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { fileError } from './config-problem.ts';

export const maxConfigBytes = 1024 * 1024;

const writableByOthers = 0o002;
const sticky = 0o1000;

/** The text of the file, without a byte order mark. Never blocks on a pipe, never throws. `uid`: who runs the app. */
export async function readConfigSource(path: string, uid: number): Promise<Result<string, ConfigProblem>> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK opening a FIFO waits for a writer, for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    const refusal = refuseFile(stats, uid) ?? (await refuseDirectories(path));
    if (refusal !== null) return err(fileError(`the file ${refusal}`));
    return decode(await readAtMost(handle, maxConfigBytes));
  } catch (error) {
    return err(fileError(`the file ${describeReadError(error, path)}`));
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

function refuseFile(stats: Stats, uid: number): string | null {
  if (stats.isDirectory()) return 'is a directory, expected a YAML file';
  if (!stats.isFile()) return 'is not a regular file, expected a YAML file';
  if (stats.uid !== uid && stats.uid !== 0) {
    return `belongs to user ${stats.uid}, expected user ${uid} or root: run chown ${uid} on it`;
  }
  if ((stats.mode & writableByOthers) !== 0) {
    return `can be written by every user (mode ${octal(stats.mode)}): run chmod o-w on it`;
  }
  return stats.size > maxConfigBytes ? describeOversize(stats.size) : null;
}

/** Who may write the folder may replace the file, unless the folder is sticky as /tmp is. */
async function refuseDirectories(path: string): Promise<string | null> {
  for (const directory of new Set([dirname(path), dirname(await realpath(path))])) {
    const { mode } = await stat(directory);
    if ((mode & writableByOthers) !== 0 && (mode & sticky) === 0) {
      return `lies in ${directory}, which every user can write (mode ${octal(mode)}): run chmod o-w on it`;
    }
  }
  return null;
}

/** Reads one byte more than allowed: the file may have grown since it was looked at. */
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

/** No character spans lines, so what ends with a line is text exactly when all of its lines are. Counts from 1. */
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

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

function describeReadError(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
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
