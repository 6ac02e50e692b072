/** The client slots of one port while it is open, taken from the budget of all ports. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { BudgetShare, ConnectionBudget } from './connection-budget.ts';
import { RefusalLog } from './refusal-log.ts';

export interface ClientSlotsParts {
  readonly budget: ConnectionBudget;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends a connection that nobody needs, which calls `give`; false if there is none. */
  readonly makeRoom: () => boolean;
}

export class ClientSlots {
  readonly #parts: ClientSlotsParts;
  readonly #refusals: RefusalLog;
  #share: BudgetShare | null = null;

  constructor(parts: ClientSlotsParts) {
    const { clock, log } = parts;
    this.#parts = parts;
    this.#refusals = new RefusalLog(clock, (count) => {
      const limit = this.#share?.limit ?? 0;
      const fix = 'raise the limit of open files (ulimit -n) to allow more';
      log.warn(`${count} connections were refused: this service may have ${limit} now; ${fix}.`);
    });
  }

  open(): void {
    this.#share = this.#parts.budget.join();
  }

  /** All slots are free again. */
  close(): void {
    this.#refusals.close();
    this.#share?.leave();
    this.#share = null;
  }

  /** False if the client has to be refused. */
  take(): boolean {
    const isTaken = this.#share?.take() === true || (this.#parts.makeRoom() && this.#share?.take() === true);
    if (!isTaken) this.#refusals.add();
    return isTaken;
  }

  give(): void {
    this.#share?.give();
  }
}
