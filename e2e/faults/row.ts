/** One row of the fault bench. */
import type { FaultWorld } from './fault-world.ts';

export interface Row {
  /** `sshd-away`: by this name it is run alone. */
  readonly name: string;
  /** What breaks, in one line. */
  readonly what: string;
  /** How long it watches by itself, which `--seconds` shortens. */
  readonly watchesSeconds?: number;
  /** Breaks it and reports its figures. Throws when the row could not be measured. */
  readonly run: (world: FaultWorld) => Promise<void>;
}
