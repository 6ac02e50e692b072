/**
 * Who listens where a command was told to listen. Between the choice of a port and the command's bind any program of this
 * machine may take the port, and would get the clients' bytes. The listener need not belong to the command's own group:
 * `docker run -p` and an ssh that goes through a master have another process listen. Pure.
 */

/** A socket that listens, and the process that has it open. */
export interface PortListener {
  /** The user who made the socket. */
  readonly uid: number;
  /** null: not shown to us, because it is another user's. */
  readonly process: ListenerProcess | null;
}

export interface ListenerProcess {
  readonly pid: number;
  readonly pgid: number;
  readonly name: string;
  /** Ticks or ms, as for `Command`; null: not known. */
  readonly startedAt: number | null;
}

/** The command and we, who started it. */
export interface Command {
  /** Also the id of its group. */
  readonly pid: number;
  readonly startedAt: number | null;
  readonly ourUid: number;
  readonly ourPid: number;
}

/**
 * `older`: the process was there before the command. It is a stranger unless the command may have asked it to listen, which takes
 * a socket to be asked on. `other-user`: a stranger unless the command runs as that user (sudo).
 */
export type Standing = 'accepted' | 'older' | 'other-user' | 'ourselves';

export function standingOf({ uid, process }: PortListener, command: Command): Standing {
  if (process?.pgid === command.pid) return 'accepted';
  if (process?.pid === command.ourPid) return 'ourselves';
  if (uid !== 0 && uid !== command.ourUid) return 'other-user';
  const startedAt = process?.startedAt ?? null;
  if (startedAt === null || command.startedAt === null) return 'accepted';
  return startedAt < command.startedAt ? 'older' : 'accepted';
}

/** `socat (pid 812)`, `a program of another user (uid 1001)`. */
export function describeListener({ uid, process }: PortListener, standing: Standing): string {
  const name = process === null ? 'a program' : `${process.name} (pid ${process.pid})`;
  return standing === 'other-user' ? `${name} of another user (uid ${uid})` : name;
}

/** Reads `lsof -F pgucn`: each process begins with `p`, its files follow, `n` is where one listens. */
export function parseLsofListeners(
  output: string,
  isMeant: (place: string) => boolean,
): readonly PortListener[] {
  const listeners = new Map<number, PortListener>();
  let [pid, pgid, uid, name] = [0, 0, 0, ''];
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    if (line.startsWith('g')) pgid = Number(value);
    if (line.startsWith('u')) uid = Number(value);
    if (line.startsWith('c')) name = value;
    if (line.startsWith('n') && isMeant(value))
      listeners.set(pid, { uid, process: { pid, pgid, name, startedAt: null } });
  }
  return [...listeners.values()];
}
