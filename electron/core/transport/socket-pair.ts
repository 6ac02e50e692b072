/** Two Unix sockets that are connected to each other: what socketpair(2) makes, which Node does not offer. */
import { once } from 'node:events';
import net from 'node:net';

export interface SocketPair {
  readonly ours: net.Socket;
  /** Nothing is read from it: it is for another program. */
  readonly theirs: net.Socket;
}

/** `path`: in a folder that only this user may enter; the name is free again when it resolves. Rejects when it is taken. */
export async function makeSocketPair(path: string): Promise<SocketPair> {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  try {
    await once(server.listen(path), 'listening');
    const ours = net.connect({ path, allowHalfOpen: true });
    const [[theirs]] = await Promise.all([
      once(server, 'connection') as Promise<[net.Socket]>,
      once(ours, 'connect'),
    ]);
    return { ours, theirs };
  } finally {
    // Takes the file away, too.
    server.close();
  }
}
