/** One row of the fault bench. */
import type { FaultWorld } from './fault-world.ts';

export interface Row {
  /** `sshd-away`: the name that runs it alone. */
  readonly name: string;
  /** The fault, in one line. */
  readonly what: string;
  /** How long it watches by default; `--seconds` shortens that. */
  readonly watchesSeconds?: number;
  /** Causes the fault and reports the figures. Throws if the row could not be measured. */
  readonly run: (world: FaultWorld) => Promise<void>;
}
