/** A Unix socket that listens, as Linux lists it. */
export interface ListeningUnixSocket {
  readonly inode: string;
  /** Empty of one that has no name in the file system. */
  readonly path: string;
}

/**
 * The sockets that listen, from the text of `/proc/net/unix`: bit 16 of the flags is __SO_ACCEPTCON of the kernel's net.h,
 * the inode is seventh, the path eighth.
 */
export function parseListeningUnixSockets(table: string): readonly ListeningUnixSocket[] {
  const acceptsConnections = 0x10000;
  return table.split('\n').flatMap((line) => {
    const [, , , flags = '', , , inode, ...words] = line.split(' ').filter((word) => word !== '');
    const isListening = (parseInt(flags, 16) & acceptsConnections) !== 0;
    return isListening && inode !== undefined ? [{ inode, path: words.join(' ') }] : [];
  });
}
