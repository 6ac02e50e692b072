/** The places that one port has for clients, out of the budget of all ports, while it is open. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { BudgetShare, ConnectionBudget } from './connection-budget.ts';
import { RefusalLog } from './refusal-log.ts';

export interface PortPlacesParts {
  readonly budget: ConnectionBudget;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends a connection that nobody needs, which calls `give`; false when there is none. */
  readonly makeRoom: () => boolean;
}

export class PortPlaces {
  readonly #parts: PortPlacesParts;
  readonly #refusals: RefusalLog;
  #share: BudgetShare | null = null;

  constructor(parts: PortPlacesParts) {
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

  /** All places are free again. */
  close(): void {
    this.#refusals.close();
    this.#share?.leave();
    this.#share = null;
  }

  /** False when the client has to be refused. */
  take(): boolean {
    const isTaken = this.#share?.take() === true || (this.#parts.makeRoom() && this.#share?.take() === true);
    if (!isTaken) this.#refusals.add();
    return isTaken;
  }

  give(): void {
    this.#share?.give();
  }
}
