/**
 * A local Unix socket for clients. Every user and every web page can reach a port of this machine; only its owner can reach
 * this socket. Invariants:
 *   1. The socket never exists with a mode other than 0600, and nobody else can write to its folder, so that nobody can put
 *      another socket in its place.
 *   2. Only a socket of the same user that nobody listens on is replaced: a crash leaves one behind.
 */
import { lstatSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import { withDeadline, type Clock } from '../clock.ts';
import { stepsTo } from '../files/path-steps.ts';
import { refuseWriters } from '../files/write-refusal.ts';
import type { Logger } from '../observability/logger.ts';
import { bindPrivately } from '../files/private-bind.ts';
import { errorCode } from './errno.ts';
import type { LocalListener } from './local-listener.ts';

export interface SocketRequest {
  /** Absolute. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Gets each connection paused, with half-open allowed. */
  readonly onConnection: (client: Socket) => void;
}

/** The size of `sun_path` on macOS, without the terminating NUL. */
const maxPathBytes = 103;
const answerTimeoutMs = 250;
const acceptBacklog = 1024;
const writableByGroupOrOthers = 0o022;

export async function listenOnSocket(request: SocketRequest): Promise<Result<LocalListener, Cause>> {
  const { path: socketPath } = request;
  try {
    const fault = pathFault(socketPath) ?? (await folderFault(path.dirname(socketPath)));
    if (fault !== null) return refused(socketPath, fault);
    const occupied = await removeStaleSocket(request);
    if (occupied !== null) return refused(socketPath, occupied);
    const server = await openServer(request);
    return ok({ addresses: [socketPath], close: () => closeServer(server) });
  } catch (error) {
    return refused(
      socketPath,
      `it could not be opened (${error instanceof Error ? errorCode(error) : String(error)})`,
    );
  }
}

const refused = (socketPath: string, fault: string): Result<LocalListener, Cause> =>
  err(
    describeCause('config-invalid', { what: `local_socket ${socketPath}: ${fault}`, evidence: socketPath }),
  );

function pathFault(socketPath: string): string | null {
  const bytes = Buffer.byteLength(socketPath);
  return bytes > maxPathBytes ? `its path has ${bytes} bytes, and a socket's may have ${maxPathBytes}` : null;
}

/**
 * Creates the folder if it is missing, after checking its path as strictly as that of a config. The folder itself must not
 * even be writable with the sticky bit: another user could take the name first.
 */
async function folderFault(folder: string): Promise<string | null> {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & writableByGroupOrOthers) !== 0)
    return `others can write to the folder ${folder}: put it into one of your own, or chmod go-w ${shellWord(folder)}`;
  const fault = await refuseWriters(stepsTo(folder), process.getuid?.() ?? 0);
  if (fault === null) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return fault;
}

/** Removes a stale socket. Returns why the path cannot be used; null: it can. */
async function removeStaleSocket({ path: socketPath, clock }: SocketRequest): Promise<string | null> {
  const stats = lstatSync(socketPath, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isSocket() || stats.uid !== process.getuid?.())
    return 'there is something else, which is no socket of yours';
  if (await isAnswered(socketPath, clock)) return 'it is used by another program';
  unlinkSync(socketPath);
  return null;
}

/** False only if the connection is refused, which means that nobody listens. */
async function isAnswered(socketPath: string, clock: Clock): Promise<boolean> {
  const socket = connect({ path: socketPath });
  const answer = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', (error) => resolve(errorCode(error) !== 'ECONNREFUSED'));
  });
  const isTaken = await withDeadline(clock, answerTimeoutMs, answer);
  socket.destroy();
  return isTaken !== false;
}

function openServer({ path: socketPath, log, onConnection }: SocketRequest): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.on('connection', onConnection);
    server.once('error', reject);
    bindPrivately(() => {
      server.listen({ path: socketPath, exclusive: true, backlog: acceptBacklog }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => {
          log.warn(`The listener on ${socketPath} could not accept a connection: ${error.message}.`);
        });
        resolve(server);
      });
    });
  });
}

/** Also removes the file: libuv unlinks the sockets that it has bound. */
const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
