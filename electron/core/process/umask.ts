/**
 * Runs `bind` with another umask: what makes its file before it returns makes it with these rights from the beginning. The
 * umask is of the whole process, so nothing that is asynchronous has a part in it.
 */
export function withUmask(umask: number, bind: () => void): void {
  const before = process.umask(umask);
  try {
    bind();
  } finally {
    process.umask(before);
  }
}
