import { statSync } from 'node:fs';

/**
 * Where the process was started; the root when that folder is gone, for then nothing is found relative to it anyway.
 * Node remembers the answer of `process.cwd()`, so the folder is looked at each time.
 */
export function workingDirectory(): string {
  try {
    const folder = process.cwd();
    return statSync(folder).isDirectory() ? folder : '/';
  } catch {
    return '/';
  }
}
