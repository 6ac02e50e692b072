/**
 * Limits the connections of all ports together, so that descriptors are left for everything else: the control socket,
 * checks, children, logs. Invariants:
 *   1. A client takes two descriptors, its own and its upstream's, from the moment it is accepted until both are closed.
 *      So a held client is sure of the second one, and connections on a former tunnel count too.
 *   2. `reserve` descriptors, and a few for each open port, are never given to clients.
 *   3. While several ports are open, a port takes a connection only if at least as many are free as it already has. A
 *      single greedy service ends up with half of all, and a new port always finds some free (Choudhury and Hahne,
 *      dynamic queue length thresholds, 1998).
 */
export interface BudgetShare {
  /** False if no connection is free for this port now. */
  take(): boolean;
  give(): void;
  /** The most that this port could have now, for the log. */
  readonly limit: number;
  /** The port is closed: connections that it has not given back are free again. */
  leave(): void;
}

/** Two listeners, the output pipes of a tunnel's child, and one of the pipes of its replacement. */
const descriptorsPerPort = 5;
const descriptorsPerConnection = 2;
const minReserve = 64;
const reservedFraction = 0.1;
/** However low the limit: a computer short of descriptors still serves some clients. */
const minConnections = 16;
/** What a single open port leaves for one that opens later. */
const leftForNewcomers = 16;
/** However high the limit: each upstream connection has a read buffer, see upstream-connection.ts. */
const maxConnections = 16_384;

export class ConnectionBudget {
  readonly #clientDescriptors: number;
  #ports = 0;
  #taken = 0;

  /** `descriptorLimit` is the process's soft limit of open files; see descriptor-limit.ts. */
  constructor(descriptorLimit: number) {
    const reserve = Math.max(minReserve, Math.ceil(descriptorLimit * reservedFraction));
    this.#clientDescriptors = descriptorLimit - reserve;
  }

  /** For all ports together, as many as are open now. */
  get total(): number {
    const descriptors = this.#clientDescriptors - this.#ports * descriptorsPerPort;
    const connections = Math.floor(descriptors / descriptorsPerConnection);
    return Math.min(maxConnections, Math.max(minConnections, connections));
  }

  /** For a port that opens. */
  join(): BudgetShare {
    let own = 0;
    let isOpen = true;
    this.#ports += 1;
    const limit = (): number => {
      const total = this.total;
      const others = this.#taken - own;
      if (this.#ports === 1) return total - Math.min(leftForNewcomers, Math.floor(total / 2));
      return Math.max(0, Math.floor((total - others) / 2));
    };
    const giveBack = (count: number): void => {
      own -= count;
      this.#taken -= count;
    };
    return {
      take: () => {
        if (!isOpen || own >= limit()) return false;
        giveBack(-1);
        return true;
      },
      give: () => {
        if (isOpen) giveBack(1);
      },
      get limit() {
        return limit();
      },
      leave: () => {
        if (!isOpen) return;
        isOpen = false;
        giveBack(own);
        this.#ports -= 1;
      },
    };
  }
}
