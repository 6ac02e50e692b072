// Watches the growth of a folder: the only progress that a silent download shows.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** @param {string} folder @returns {Promise<number>} bytes in all files below it */
const sizeOf = async (folder) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      // A file that is renamed between the two calls does not count.
      .map((entry) =>
        stat(path.join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

/**
 * Calls back with the bytes that came since the start, and the milliseconds since they last grew.
 * @param {string} folder @param {(grownBytes: number, quietMs: number) => void} onLook
 * @returns {() => void} ends the watch */
export const watchGrowth = (folder, onLook) => {
  /** @type {number | undefined} */
  let first;
  let last = 0;
  let grewAt = performance.now();
  const look = async () => {
    const size = await sizeOf(folder);
    first ??= size;
    if (size !== last) grewAt = performance.now();
    last = size;
    onLook(Math.max(0, size - first), performance.now() - grewAt);
  };
  void look();
  const timer = setInterval(() => void look(), 1000);
  return () => clearInterval(timer);
};
