/** A listening Unix socket, as Linux lists it. */
export interface ListeningUnixSocket {
  readonly inode: string;
  /** Empty if it has no name in the file system. */
  readonly path: string;
}

/**
 * Parses `/proc/net/unix` into its listening sockets: bit 16 of the flags is __SO_ACCEPTCON of the kernel's net.h, the
 * inode is the seventh field, the path the eighth.
 */
export function parseListeningUnixSockets(table: string): readonly ListeningUnixSocket[] {
  const acceptsConnections = 0x10000;
  return table.split('\n').flatMap((line) => {
    const [, , , flags = '', , , inode, ...words] = line.split(' ').filter((word) => word !== '');
    const isListening = (parseInt(flags, 16) & acceptsConnections) !== 0;
    return isListening && inode !== undefined ? [{ inode, path: words.join(' ') }] : [];
  });
}
