/**
 * The text of a file that a config or a variable names. Never waits for the writer of a pipe, and reads no device: `/dev/zero` has no
 * end. Rejects or throws with the system's error, or if the file is not a regular one or has more than `maxBytes`.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

export async function readRegularFile(path: string, maxBytes: number): Promise<string> {
  const handle = await open(path, flags);
  try {
    refuseOthers(path, await handle.stat(), maxBytes);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

export function readRegularFileSync(path: string, maxBytes: number): string {
  const file = openSync(path, flags);
  try {
    refuseOthers(path, fstatSync(file), maxBytes);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function refuseOthers(path: string, stats: Stats, maxBytes: number): void {
  if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
  if (stats.size > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes`);
}
