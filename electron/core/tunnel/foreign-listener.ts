/** Finds out who listens on a command's private port. Linux shows other users' sockets, macOS only this user's. */
import { readFile, stat } from 'node:fs/promises';
import { identifyProcesses, parseProcStat, type ProcessIdentity } from '../process/process-identity.ts';
import { listPids } from '../process/process-list.ts';
import { outputOf } from '../process/program-output.ts';
import { findSocketHolder, overlapsBind, readListeningSockets, socketsOf } from '../process/port-holder.ts';
import { lsof } from './listening-endpoint.ts';
import {
  describeListener,
  parseLsofListeners,
  originOf,
  type Command,
  type PortListener,
} from './listener-origin.ts';
import { parseListeningUnixSockets } from './unix-sockets.ts';

export interface PrivateAddress {
  /** The address that the relay connects to. */
  readonly host: string;
  readonly port: number;
}

/**
 * Describes a listener at the address that is neither the command nor started at its request; null if there is none. Never
 * rejects.
 */
export async function findForeignListener(
  address: PrivateAddress,
  commandPid: number,
): Promise<string | null> {
  const listeners = await (process.platform === 'darwin'
    ? listenersByLsof(address)
    : listenersInProc(address, commandPid));
  const pids = listeners.flatMap(({ process: holder }) => (holder === null ? [] : [holder.pid]));
  const identities = await identifyProcesses([commandPid, ...pids]);
  const command: Command = {
    pid: commandPid,
    startedAt: startOf(identities.get(commandPid)),
    ourUid: process.getuid?.() ?? 0,
    ourPid: process.pid,
  };
  for (const listener of listeners.map((one) => identified(one, identities))) {
    const origin = originOf(listener, command);
    const isForeign =
      origin === 'older'
        ? !(await acceptsRequests(listener))
        : origin === 'other-user'
          ? !(await hasMemberOf(listener.uid, commandPid))
          : origin === 'ourselves';
    if (isForeign) return describeListener(listener, origin);
  }
  return null;
}

async function listenersInProc(
  { host, port }: PrivateAddress,
  commandPid: number,
): Promise<readonly PortListener[]> {
  const sockets = await readListeningSockets(port, host);
  const pids = await listPids();
  // The listener is most likely the command or one of its descendants, so search them first.
  const likely = pids.filter((pid) => Number(pid) >= commandPid);
  const order = [...likely, ...pids.filter((pid) => Number(pid) < commandPid)];
  const listeners: PortListener[] = [];
  for (const { inode, uid } of sockets) {
    const holder = await findSocketHolder([inode], order);
    listeners.push({ uid, process: holder === null ? null : { ...holder, pgid: 0, startedAt: null } });
  }
  return listeners;
}

async function listenersByLsof({ host, port }: PrivateAddress): Promise<readonly PortListener[]> {
  const argv = [lsof.path, '-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pgucn'] as const;
  return parseLsofListeners(await outputOf(argv, lsof), (bind) => overlapsBind(bind, host));
}

function identified(listener: PortListener, identities: ReadonlyMap<number, ProcessIdentity>): PortListener {
  const identity = identities.get(listener.process?.pid ?? 0);
  if (listener.process === null || identity === undefined) return listener;
  const { pgid } = identity;
  return { ...listener, process: { ...listener.process, pgid, startedAt: startOf(identity) } };
}

/** Linux counts ticks since boot; ps prints a date. */
function startOf(identity: ProcessIdentity | undefined): number | null {
  if (identity === undefined) return null;
  const { startTime } = identity;
  const startedAt = /^\d+$/.test(startTime) ? Number(startTime) : Date.parse(`${startTime} UTC`);
  return Number.isNaN(startedAt) ? null : startedAt;
}

/**
 * Whether the process listens on a Unix socket, as ssh masters and container daemons do: their clients connect there to
 * request a port.
 */
async function acceptsRequests({ process: holder }: PortListener): Promise<boolean> {
  if (holder === null) return false;
  if (process.platform === 'darwin') {
    const argv = [lsof.path, '-nP', '-a', '-U', '-p', String(holder.pid), '-F', 'n'] as const;
    return (await outputOf(argv, lsof)).split('\n').some((line) => line.startsWith('n/'));
  }
  const listening = parseListeningUnixSockets(await readFile('/proc/net/unix', 'utf8').catch(() => ''));
  const own = new Set(await socketsOf(String(holder.pid)));
  return listening.some(({ inode }) => own.has(inode));
}

/**
 * Whether a process in the command's group runs as that user. Its sockets are hidden from us, so this is all that can
 * be checked.
 */
async function hasMemberOf(uid: number, pgid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  for (const pid of await listPids()) {
    const member = parseProcStat(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
    if (member?.pgid !== pgid) continue;
    const owner = await stat(`/proc/${pid}`).catch(() => null);
    if (owner?.uid === uid) return true;
  }
  return false;
}
