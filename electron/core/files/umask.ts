/**
 * Runs `bind` with another umask: a file that `bind` creates synchronously has these permissions from the beginning. The
 * umask belongs to the whole process, so it must not cover anything asynchronous.
 */
export function withUmask(umask: number, bind: () => void): void {
  const before = process.umask(umask);
  try {
    bind();
  } finally {
    process.umask(before);
  }
}
