/**
 * A local Unix socket for clients. A port of this machine can be reached by every user and by web pages; this by its owner only.
 *   1. The socket never exists with another mode than 0600, and its folder is one that nobody else can write, so that nobody
 *      can put a socket of theirs in its place.
 *   2. Only a socket of this user's that nobody listens on is replaced: a crash leaves one.
 */
import { chmodSync, lstatSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import { withDeadline, type Clock } from '../clock.ts';
import { stepsTo } from '../config/path-steps.ts';
import { refuseWriters } from '../config/write-refusal.ts';
import type { Logger } from '../observability/logger.ts';
import { withUmask } from '../process/umask.ts';
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

/** `sun_path` of macOS, without its closing NUL. */
const maxPathBytes = 103;
const answerTimeoutMs = 250;
const acceptBacklog = 1024;
const onlyOwner = 0o177;
const writableByGroupOrOthers = 0o022;

export async function listenOnSocket(request: SocketRequest): Promise<Result<LocalListener, Cause>> {
  const { path: socketPath } = request;
  try {
    const fault = pathFault(socketPath) ?? (await folderFault(path.dirname(socketPath)));
    if (fault !== null) return refused(socketPath, fault);
    const occupied = await makeWay(request);
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
 * Makes the folder when there is none, on a way that is judged like that to a config. Of the folder itself more is asked: also in
 * a sticky one anybody may take the name before us.
 */
async function folderFault(folder: string): Promise<string | null> {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & writableByGroupOrOthers) !== 0)
    return `others can write to the folder ${folder}: put it into one of your own, or chmod go-w ${shellWord(folder)}`;
  const fault = await refuseWriters(stepsTo(folder), process.getuid?.() ?? 0);
  if (fault === null) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return fault;
}

/** Why there is no room; null: there is, now. */
async function makeWay({ path: socketPath, clock }: SocketRequest): Promise<string | null> {
  const stats = lstatSync(socketPath, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isSocket() || stats.uid !== process.getuid?.())
    return 'there is something else, which is no socket of yours';
  if (await isAnswered(socketPath, clock)) return 'it is used by another program';
  unlinkSync(socketPath);
  return null;
}

/** False only when the connection is refused, which means that nobody listens. */
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
    withUmask(onlyOwner, () => {
      server.listen({ path: socketPath, exclusive: true, backlog: acceptBacklog }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => {
          log.warn(`The listener on ${socketPath} could not accept a connection: ${error.message}.`);
        });
        // Where the system ignores the mask for sockets.
        chmodSync(socketPath, 0o600);
        resolve(server);
      });
    });
  });
}

/** Also removes the file, as libuv does with what it has bound. */
const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
