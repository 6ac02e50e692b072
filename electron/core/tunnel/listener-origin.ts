/**
 * Who listens on the port given to a command. Between the choice of the port and the command's bind, any program on
 * this machine can bind it, and would then receive the clients' bytes. The rightful listener may be outside the
 * command's group: with `docker run -p`, or an ssh that uses a master, another process listens. Pure.
 */

/** A listening socket, and the process that has it open. */
export interface PortListener {
  /** The user who created the socket. */
  readonly uid: number;
  /** null: hidden from us, because it belongs to another user. */
  readonly process: ListenerProcess | null;
}

export interface ListenerProcess {
  readonly pid: number;
  readonly pgid: number;
  readonly name: string;
  /** In ticks or ms, as for `Command`; null: unknown. */
  readonly startedAt: number | null;
}

/** The command, and LocalPort, which started it. */
export interface Command {
  /** Also its process group id. */
  readonly pid: number;
  readonly startedAt: number | null;
  readonly ourUid: number;
  readonly ourPid: number;
}

/**
 * `older`: the process started before the command. It is foreign unless the command may have asked it to listen, which
 * requires that it listens on a Unix socket. `other-user`: foreign unless the command runs as that user (sudo).
 */
export type Origin = 'accepted' | 'older' | 'other-user' | 'ourselves';

export function originOf({ uid, process }: PortListener, command: Command): Origin {
  if (process?.pgid === command.pid) return 'accepted';
  if (process?.pid === command.ourPid) return 'ourselves';
  if (uid !== 0 && uid !== command.ourUid) return 'other-user';
  const startedAt = process?.startedAt ?? null;
  if (startedAt === null || command.startedAt === null) return 'accepted';
  return startedAt < command.startedAt ? 'older' : 'accepted';
}

/** `socat (pid 812)`, `a program of another user (uid 1001)`. */
export function describeListener({ uid, process }: PortListener, origin: Origin): string {
  const name = process === null ? 'a program' : `${process.name} (pid ${process.pid})`;
  return origin === 'other-user' ? `${name} of another user (uid ${uid})` : name;
}

/**
 * Parses `lsof -F pgucn`: each process starts with a `p` line, followed by its files; `n` is the address a file listens
 * on.
 */
export function parseLsofListeners(
  output: string,
  matches: (address: string) => boolean,
): readonly PortListener[] {
  const listeners = new Map<number, PortListener>();
  let [pid, pgid, uid, name] = [0, 0, 0, ''];
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    if (line.startsWith('g')) pgid = Number(value);
    if (line.startsWith('u')) uid = Number(value);
    if (line.startsWith('c')) name = value;
    if (line.startsWith('n') && matches(value))
      listeners.set(pid, { uid, process: { pid, pgid, name, startedAt: null } });
  }
  return [...listeners.values()];
}
