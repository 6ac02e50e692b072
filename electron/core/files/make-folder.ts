/**
 * Creates a folder and its missing parents, and fails with the true error: Node's recursive `mkdir` reports errors that it does
 * not expect, such as a read-only file system or an exceeded quota, as ENOENT (`MKDirp` in Node's `src/node_file.cc`).
 */
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

const ownerOnly = 0o700;

/** Rejects with the system's error. `mode`: of the folders that it creates. */
export async function makeFolder(folder: string, mode = ownerOnly): Promise<void> {
  await mkdir(folder, { recursive: true, mode }).catch((error: unknown) => {
    throw trueErrorOf(error, folder);
  });
}

/** Throws the system's error. */
export function makeFolderSync(folder: string, mode = ownerOnly): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
  } catch (error) {
    throw trueErrorOf(error, folder);
  }
}

function trueErrorOf(error: unknown, folder: string): Error {
  const failure = error as NodeJS.ErrnoException;
  if (failure.code !== 'ENOENT') return failure;
  try {
    mkdirSync(firstMissing(folder), { mode: ownerOnly });
    return failure;
  } catch (found) {
    // A link to nothing is in the way.
    return (found as NodeJS.ErrnoException).code === 'EEXIST' ? failure : (found as Error);
  }
}

function firstMissing(folder: string): string {
  const parent = dirname(folder);
  return existsSync(parent) ? folder : firstMissing(parent);
}
