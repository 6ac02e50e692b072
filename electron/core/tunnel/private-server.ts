/**
 * A Unix socket in the runtime directory that only this user can connect to: the endpoint of a tunnel that runs in this
 * process.
 */
import net from 'node:net';
import { err, ok, type Result } from '../../../shared/result.ts';
import { withUmask } from '../process/umask.ts';
import { joinedHighWaterMark } from './joined-channel.ts';
import { ensureRuntimeDirectory, removeFile } from '../transport/private-path.ts';

export interface PrivateSocket {
  readonly runtimeDirectory: string;
  readonly path: string;
}

/** Clients arrive paused and with half-close allowed. The error is human-readable. Never rejects. */
export async function listenPrivately(
  { runtimeDirectory, path }: PrivateSocket,
  onClient: (client: net.Socket) => void,
): Promise<Result<net.Server, string>> {
  const server = net.createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    highWaterMark: joinedHighWaterMark,
  });
  try {
    ensureRuntimeDirectory(runtimeDirectory);
    await removeFile(path);
    return await new Promise((resolve) => {
      server.on('connection', onClient);
      // Stays registered: when the machine runs out of file descriptors, accept fails with an 'error' event.
      server.on('error', ({ message }) => resolve(err(message)));
      server.once('listening', () => resolve(ok(server)));
      withUmask(0o177, () => server.listen(path));
    });
  } catch (error) {
    return err(String(error));
  }
}
