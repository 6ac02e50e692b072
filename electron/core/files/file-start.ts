import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The first bytes of a file as text; null if it is not a regular file or cannot be read. Never waits for a writer. */
export async function readFileStart(file: string, maxBytes: number): Promise<string | null> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return null;
      const length = Math.min(stats.size, maxBytes);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
