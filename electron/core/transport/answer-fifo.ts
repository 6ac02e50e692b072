import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * One line into a FIFO of this user that a program reads from at this moment. Without effect when the program has gone.
 * Never waits: O_NONBLOCK fails with ENXIO where nobody reads (open(2)). Never rejects.
 */
export async function writeAnswer(fifo: string, answer: string): Promise<void> {
  const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await open(fifo, O_WRONLY | O_NONBLOCK | O_NOFOLLOW).catch(() => null);
  if (handle === null) return;
  try {
    const stats = await handle.stat();
    if (stats.isFIFO() && stats.uid === process.getuid?.()) await handle.write(`${answer}\n`);
  } catch {
    // The program went meanwhile.
  } finally {
    await handle.close();
  }
}
