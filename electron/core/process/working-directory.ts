import { statSync } from 'node:fs';

/**
 * The folder that the process was started in; the root if that folder is gone, since no relative path works then anyway.
 * Node caches the result of `process.cwd()`, so the folder is checked each time.
 */
export function workingDirectory(): string {
  try {
    const folder = process.cwd();
    return statSync(folder).isDirectory() ? folder : '/';
  } catch {
    return '/';
  }
}
