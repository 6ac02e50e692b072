/** As an umask: a socket file gets mode 0600. */
const ownerOnly = 0o177;

/**
 * Runs `bind` so that a Unix socket that it binds synchronously is its owner's alone from its first moment, with no change
 * of its mode to wait for. The umask belongs to the whole process, so `bind` must not create anything later.
 */
export function bindPrivately(bind: () => void): void {
  const before = process.umask(ownerOnly);
  try {
    bind();
  } finally {
    process.umask(before);
  }
}
