/** State files that only this user may write, read from a folder where another user may have planted something. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { type Result, err, ok } from '../../../shared/result.ts';

const maxStateBytes = 1024 * 1024;
const writableByOthers = 0o022;

/**
 * The text of a file that only this user can write; null if there is none. The error says what is wrong with it: a
 * symbolic link, another owner, writable by others, too large. Synchronous: for small files, read once at the start.
 */
export function readPrivateFile(path: string): Result<string | null, string> {
  let file: number;
  try {
    // O_NONBLOCK: a FIFO in its place must not block us.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return ok(null);
    return err(code === 'ELOOP' ? `${path} is a symbolic link` : message);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return err(`${path} is not a regular file`);
    if (stats.uid !== process.getuid?.()) return err(`${path} belongs to another user`);
    if ((stats.mode & writableByOthers) !== 0) return err(`${path} is writable by others`);
    if (stats.size > maxStateBytes) return err(`${path} is larger than ${maxStateBytes} bytes`);
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    return err((error as Error).message);
  } finally {
    closeSync(file);
  }
}
