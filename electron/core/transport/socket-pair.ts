/** Two Unix sockets that are connected to each other: what socketpair(2) makes, which Node does not offer. */
import { once } from 'node:events';
import net from 'node:net';

export interface SocketPair {
  readonly ours: net.Socket;
  /** Nothing is read from it: it is for another program. */
  readonly theirs: net.Socket;
}

/**
 * `path`: in a folder that only this user may enter; the name is free again when it resolves.
 * Rejects when it is taken, and with EMFILE when the process is out of descriptors.
 */
export async function makeSocketPair(path: string): Promise<SocketPair> {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  let ours: net.Socket | undefined;
  try {
    await once(server.listen(path), 'listening');
    ours = net.connect({ path, allowHalfOpen: true });
    const [theirs] = await Promise.all([accepted(server, ours), once(ours, 'connect')]);
    return { ours, theirs };
  } catch (error) {
    ours?.destroy();
    throw error;
  } finally {
    // Takes the file away, too.
    server.close();
  }
}

function accepted(server: net.Server, ours: net.Socket): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    server.once('connection', resolve);
    // A process without a descriptor left for the second end closes the connection unseen.
    ours.once('end', () => {
      reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
    });
  });
}
