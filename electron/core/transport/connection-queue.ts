/**
 * Decides who may connect to a host now. Invariants, for each host:
 *
 * 1. At most two connections are in flight, and the second begins only after the first has had no answer for
 *    `overlapMs`.
 * 2. Once one is answered, nobody else connects until it is done: two logins at once would trip a server's limits,
 *    or prompt the user twice. The other one is preempted and becomes next in the queue. Only where the last login was
 *    quick, the next connection begins its key exchange while the previous one logs in.
 * 3. The older of the two is never cut short, so it gets through slow name lookups, slow links and several
 *    addresses like a single attempt. The younger one is replaced every `overlapMs`. TCP repeats its SYN after 1,
 *    3, 7 and 15 s; with a young connection trying every second, a host that returns is found within about a
 *    second.
 * 4. A connection that has passed this host and continues to a host behind it leaves the queue to all but those
 *    bound for the same host. So a silent host behind a jump host delays nobody else, and logins there take place
 *    one at a time as well.
 * 5. Turns follow the order of arrival, starting with those that have no connection in flight. Those that must not
 *    connect yet (`notBefore`) are skipped.
 */
import type { Clock, Timer } from '../clock.ts';

/** After this time without an answer a second connection is started, in ms. */
export const overlapMs = 2_000;

/** A party that wants to connect. It may be in the queue while its earlier connections are in flight. */
export interface QueueMember {
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
  readonly member: QueueMember;
  readonly turn: Turn;
  readonly startedAt: number;
  isAnswered: boolean;
  /** Monotonic, in ms; null before. */
  loggingInSince: number | null;
}

interface HostQueue {
  /** Oldest first, at most two. */
  inFlight: readonly Connection[];
  /** Past this host, and logging in at hosts behind it. */
  beyond: readonly Connection[];
  /** In order of arrival, each once. */
  waiting: readonly QueueMember[];
  timer: Timer | null;
  lastMovedAt: number;
  /** The last login needed no user. */
  areLoginsQuick: boolean;
}

/** A longer login may be waiting for a touch or a code. */
const maxQuickLoginMs = 1_000;

export class ConnectionQueue {
  readonly #clock: Clock;
  readonly #queues = new Map<string, HostQueue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Queues for one turn, which may start before this returns. Has no effect if it is already in the queue. */
  join(host: string, member: QueueMember): void {
    const queue = this.#queues.get(host) ?? {
      inFlight: [],
      beyond: [],
      waiting: [],
      timer: null,
      lastMovedAt: -Infinity,
      areLoginsQuick: false,
    };
    if (queue.waiting.includes(member)) return;
    this.#queues.set(host, queue);
    queue.waiting = [...queue.waiting, member];
    this.#proceed(host, queue);
  }

  /** Leaves the queue; connections in flight stay. */
  withdraw(host: string, member: QueueMember): void {
    const queue = this.#queues.get(host);
    if (queue?.waiting.includes(member) !== true) return;
    queue.waiting = without(queue.waiting, member);
    this.#proceed(host, queue);
  }

  /**
   * Until when the wait in this queue was not caused by a silent host: the end of the last answered login, or now
   * while a login is in progress. Monotonic, in ms.
   */
  lastMovedAt(host: string): number {
    const queue = this.#queues.get(host);
    if (queue === undefined) return -Infinity;
    const isBusy = queue.beyond.length > 0 || queue.inFlight.some(({ isAnswered }) => isAnswered);
    return isBusy ? this.#clock.now() : queue.lastMovedAt;
  }

  /**
   * Starts whoever may start, and sets a timer for the next change. Reentrant: the callbacks may call the queue.
   */
  #proceed(host: string, queue: HostQueue): void {
    queue.timer?.cancel();
    queue.timer = null;
    const { inFlight, beyond, waiting } = queue;
    if (inFlight.length === 0 && beyond.length === 0 && waiting.length === 0) this.#queues.delete(host);
    const now = this.#clock.now();
    const dueAt = nextStartAt(queue);
    if (dueAt > now) {
      if (dueAt === Infinity) return;
      queue.timer = this.#clock.after(dueAt - now, () => {
        this.#proceed(host, queue);
      });
      return;
    }
    const mayStart = candidates(queue).filter((member) => member.notBefore() <= now);
    const isConnecting = (member: QueueMember): boolean =>
      queue.inFlight.some((one) => one.member === member);
    const next = mayStart.find((member) => !isConnecting(member)) ?? mayStart[0];
    if (next !== undefined) this.#start(host, queue, next);
  }

  #start(host: string, queue: HostQueue, member: QueueMember): void {
    const turn: Turn = {
      answered: () => answered(queue, connection),
      loggingIn: () => {
        connection.loggingInSince ??= this.#clock.now();
        this.#proceed(host, queue);
      },
      passed: () => {
        if (!queue.inFlight.includes(connection)) return;
        queue.inFlight = without(queue.inFlight, connection);
        queue.beyond = [...queue.beyond, connection];
        this.#proceed(host, queue);
      },
      over: () => {
        if (!queue.inFlight.includes(connection) && !queue.beyond.includes(connection)) return;
        queue.inFlight = without(queue.inFlight, connection);
        queue.beyond = without(queue.beyond, connection);
        if (connection.isAnswered) {
          const now = this.#clock.now();
          queue.lastMovedAt = now;
          queue.areLoginsQuick = now - (connection.loggingInSince ?? -Infinity) <= maxQuickLoginMs;
        }
        this.#proceed(host, queue);
      },
    };
    const connection: Connection = {
      member,
      turn,
      startedAt: this.#clock.now(),
      isAnswered: false,
      loggingInSince: null,
    };
    const [, younger] = queue.inFlight;
    queue.waiting = without(queue.waiting, member);
    queue.inFlight = [...queue.inFlight, connection];
    if (younger !== undefined) dismiss(queue, younger);
    member.start(turn);
    this.#proceed(host, queue);
  }
}

/** Infinity: only after an arrival or a departure. */
function nextStartAt(queue: HostQueue): number {
  const { inFlight, areLoginsQuick } = queue;
  const leavesRoom = ({ loggingInSince }: Connection): boolean => areLoginsQuick && loggingInSince !== null;
  const connecting = inFlight.filter((connection) => !leavesRoom(connection));
  const isFull = inFlight.length - connecting.length > 1 || connecting.some(({ isAnswered }) => isAnswered);
  const waiting = candidates(queue);
  if (waiting.length === 0 || isFull) return Infinity;
  const allowedAt = Math.min(...waiting.map((member) => member.notBefore()));
  const youngest = connecting.at(-1);
  return youngest === undefined ? allowedAt : Math.max(allowedAt, youngest.startedAt + overlapMs);
}

/** Those whose next host has no login in progress. */
function candidates({ waiting, beyond }: HostQueue): readonly QueueMember[] {
  const occupied = new Set(beyond.map(({ member }) => member.beyond));
  return waiting.filter((member) => member.beyond === undefined || !occupied.has(member.beyond));
}

/** The first one to be answered continues, whichever is older. */
function answered(queue: HostQueue, connection: Connection): boolean {
  if (!queue.inFlight.includes(connection)) return false;
  const other = queue.inFlight.find((one) => one !== connection && one.loggingInSince === null);
  const loser = other?.isAnswered === true ? connection : other;
  connection.isAnswered = loser !== connection;
  if (loser !== undefined) {
    const isWaiting = queue.waiting.includes(loser.member);
    if (isWaiting) queue.waiting = [loser.member, ...without(queue.waiting, loser.member)];
    dismiss(queue, loser);
  }
  return connection.isAnswered;
}

function dismiss(queue: HostQueue, connection: Connection): void {
  queue.inFlight = without(queue.inFlight, connection);
  connection.member.preempt(connection.turn);
}

const without = <T>(all: readonly T[], one: T): readonly T[] => all.filter((other) => other !== one);
