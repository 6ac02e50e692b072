/** Where the process was started; the root when that folder is gone, for then nothing is found relative to it anyway. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
