/**
 * Decides who may connect to a host now. Invariants, for each host:
 *
 * 1. At most two connections are in flight, and the second begins only after the first has had no answer for
 *    `overlapMs`.
 * 2. Once one is answered, nobody else connects until it is done: two logins at once would trip a server's limits,
 *    or prompt the user twice. The other one is preempted and becomes next in line. Only where the last login was
 *    quick, the next connection begins its key exchange while the previous one logs in.
 * 3. The older of the two is never cut short, so it gets through slow name lookups, slow links and several
 *    addresses like a single attempt. The younger one is replaced every `overlapMs`. TCP repeats its SYN after 1,
 *    3, 7 and 15 s; with a young connection trying every second, a host that returns is found within about a
 *    second.
 * 4. A connection that has passed this host and continues to a host behind it frees the line for all but those
 *    bound for the same host. So a silent host behind a jump host delays nobody else, and logins there take place
 *    one at a time as well.
 * 5. Turns follow the order of arrival, starting with those that have no connection in flight. Those that must not
 *    connect yet (`notBefore`) are skipped.
 */
import type { Clock, Timer } from '../clock.ts';

/** After this time without an answer a second connection is started, in ms. */
export const overlapMs = 2_000;

/** A party that wants to connect. It may be in the queue while its earlier connections are in flight. */
export interface Entrant {
  /** The host behind this one where it logs in next; absent: none. */
  readonly beyond?: string;
  /** The monotonic time before which it must not connect; read again for each turn. */
  notBefore(): number;
  /** Its turn begins, and lasts until `over` or `preempt`. */
  start(turn: Turn): void;
  /** Stop this connection at once: another one replaces it. */
  preempt(turn: Turn): void;
}

export interface Turn {
  /** The other machine has answered. False if another connection was faster: this one has been preempted. */
  answered(): boolean;
  /** The key exchange is complete and the login has begun. */
  loggingIn(): void;
  /** The login at this host has succeeded, and the login at the host behind it follows. */
  passed(): void;
  /** It is ready, has failed, or is no longer needed. Idempotent, like all of these. */
  over(): void;
}

interface Connection {
  readonly entrant: Entrant;
  readonly turn: Turn;
  readonly startedAt: number;
  isAnswered: boolean;
  /** Monotonic, in ms; null before. */
  loggingInSince: number | null;
}

interface Line {
  /** Oldest first, at most two. */
  inFlight: readonly Connection[];
  /** Past this host, and logging in at hosts behind it. */
  beyond: readonly Connection[];
  /** In order of arrival, each once. */
  waiting: readonly Entrant[];
  timer: Timer | null;
  lastMovedAt: number;
  /** The last login needed no user. */
  areLoginsQuick: boolean;
}

/** A longer login may be waiting for a touch or a code. */
const maxQuickLoginMs = 1_000;

export class ConnectionGate {
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Queues for one turn, which may start before this returns. Has no effect if it is already in the queue. */
  enter(host: string, entrant: Entrant): void {
    const line = this.#lines.get(host) ?? {
      inFlight: [],
      beyond: [],
      waiting: [],
      timer: null,
      lastMovedAt: -Infinity,
      areLoginsQuick: false,
    };
    if (line.waiting.includes(entrant)) return;
    this.#lines.set(host, line);
    line.waiting = [...line.waiting, entrant];
    this.#proceed(host, line);
  }

  /** Leaves the queue; connections in flight stay. */
  withdraw(host: string, entrant: Entrant): void {
    const line = this.#lines.get(host);
    if (line?.waiting.includes(entrant) !== true) return;
    line.waiting = without(line.waiting, entrant);
    this.#proceed(host, line);
  }

  /**
   * Until when the wait in this line was not caused by a silent host: the end of the last answered login, or now
   * while a login is in progress. Monotonic, in ms.
   */
  lastMovedAt(host: string): number {
    const line = this.#lines.get(host);
    if (line === undefined) return -Infinity;
    const isBusy = line.beyond.length > 0 || line.inFlight.some(({ isAnswered }) => isAnswered);
    return isBusy ? this.#clock.now() : line.lastMovedAt;
  }

  /**
   * Starts whoever may start, and sets a timer for the next change. Reentrant: the callbacks may call the gate.
   */
  #proceed(host: string, line: Line): void {
    line.timer?.cancel();
    line.timer = null;
    const { inFlight, beyond, waiting } = line;
    if (inFlight.length === 0 && beyond.length === 0 && waiting.length === 0) this.#lines.delete(host);
    const now = this.#clock.now();
    const dueAt = nextStartAt(line);
    if (dueAt > now) {
      if (dueAt === Infinity) return;
      line.timer = this.#clock.after(dueAt - now, () => {
        this.#proceed(host, line);
      });
      return;
    }
    const mayStart = candidates(line).filter((entrant) => entrant.notBefore() <= now);
    const isConnecting = (entrant: Entrant): boolean => line.inFlight.some((one) => one.entrant === entrant);
    const next = mayStart.find((entrant) => !isConnecting(entrant)) ?? mayStart[0];
    if (next !== undefined) this.#start(host, line, next);
  }

  #start(host: string, line: Line, entrant: Entrant): void {
    const turn: Turn = {
      answered: () => answered(line, connection),
      loggingIn: () => {
        connection.loggingInSince ??= this.#clock.now();
        this.#proceed(host, line);
      },
      passed: () => {
        if (!line.inFlight.includes(connection)) return;
        line.inFlight = without(line.inFlight, connection);
        line.beyond = [...line.beyond, connection];
        this.#proceed(host, line);
      },
      over: () => {
        if (!line.inFlight.includes(connection) && !line.beyond.includes(connection)) return;
        line.inFlight = without(line.inFlight, connection);
        line.beyond = without(line.beyond, connection);
        if (connection.isAnswered) {
          const now = this.#clock.now();
          line.lastMovedAt = now;
          line.areLoginsQuick = now - (connection.loggingInSince ?? -Infinity) <= maxQuickLoginMs;
        }
        this.#proceed(host, line);
      },
    };
    const connection: Connection = {
      entrant,
      turn,
      startedAt: this.#clock.now(),
      isAnswered: false,
      loggingInSince: null,
    };
    const [, younger] = line.inFlight;
    line.waiting = without(line.waiting, entrant);
    line.inFlight = [...line.inFlight, connection];
    if (younger !== undefined) dismiss(line, younger);
    entrant.start(turn);
    this.#proceed(host, line);
  }
}

/** Infinity: only after an arrival or a departure. */
function nextStartAt(line: Line): number {
  const { inFlight, areLoginsQuick } = line;
  const leavesRoom = ({ loggingInSince }: Connection): boolean => areLoginsQuick && loggingInSince !== null;
  const connecting = inFlight.filter((connection) => !leavesRoom(connection));
  const isFull = inFlight.length - connecting.length > 1 || connecting.some(({ isAnswered }) => isAnswered);
  const waiting = candidates(line);
  if (waiting.length === 0 || isFull) return Infinity;
  const allowedAt = Math.min(...waiting.map((entrant) => entrant.notBefore()));
  const youngest = connecting.at(-1);
  return youngest === undefined ? allowedAt : Math.max(allowedAt, youngest.startedAt + overlapMs);
}

/** Those whose next host has no login in progress. */
function candidates({ waiting, beyond }: Line): readonly Entrant[] {
  const occupied = new Set(beyond.map(({ entrant }) => entrant.beyond));
  return waiting.filter((entrant) => entrant.beyond === undefined || !occupied.has(entrant.beyond));
}

/** The first one to be answered continues, whichever is older. */
function answered(line: Line, connection: Connection): boolean {
  if (!line.inFlight.includes(connection)) return false;
  const other = line.inFlight.find((one) => one !== connection && one.loggingInSince === null);
  const loser = other?.isAnswered === true ? connection : other;
  connection.isAnswered = loser !== connection;
  if (loser !== undefined) {
    const isWaiting = line.waiting.includes(loser.entrant);
    if (isWaiting) line.waiting = [loser.entrant, ...without(line.waiting, loser.entrant)];
    dismiss(line, loser);
  }
  return connection.isAnswered;
}

function dismiss(line: Line, connection: Connection): void {
  line.inFlight = without(line.inFlight, connection);
  connection.entrant.preempt(connection.turn);
}

const without = <T>(all: readonly T[], one: T): readonly T[] => all.filter((other) => other !== one);
