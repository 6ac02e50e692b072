import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Writes one line to a FIFO that this user owns and that a program is reading. Has no effect if the program has
 * exited. Never waits: with O_NONBLOCK, open fails with ENXIO when there is no reader (open(2)). Never rejects.
 */
export async function writeAnswer(fifo: string, answer: string): Promise<void> {
  const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await open(fifo, O_WRONLY | O_NONBLOCK | O_NOFOLLOW).catch(() => null);
  if (handle === null) return;
  try {
    const stats = await handle.stat();
    if (stats.isFIFO() && stats.uid === process.getuid?.()) await handle.write(`${answer}\n`);
  } catch {
    // The program has exited in the meantime.
  } finally {
    await handle.close();
  }
}
