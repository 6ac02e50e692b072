/** Two connected Unix sockets, like those of socketpair(2), which Node does not offer. */
import { once } from 'node:events';
import net from 'node:net';

export interface SocketPair {
  readonly ours: net.Socket;
  /** Never read in this process: it is passed to another program. */
  readonly theirs: net.Socket;
}

/**
 * `path`: in a folder that only this user can enter; the file is removed again before it resolves. Rejects if the
 * path exists, and with EMFILE if the process is out of descriptors.
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
    // Also removes the file.
    server.close();
  }
}

function accepted(server: net.Server, ours: net.Socket): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    server.once('connection', resolve);
    // If there is no descriptor left for the second end, the kernel closes the connection before Node sees it.
    ours.once('end', () => {
      reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
    });
  });
}
