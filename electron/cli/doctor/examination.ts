import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { CommandContext } from '../command-context.ts';
import type { Finding } from '../output/findings.ts';

/** What every check of the doctor may look at. */
export interface Examination {
  readonly context: CommandContext;
  /** Of the login shell, as the host's children get it; this command's own where the shell does not give it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the config; none when it is missing or broken. */
  readonly services: readonly ServiceSpec[];
  /** null: no host runs. */
  readonly client: ControlClient | null;
}

/** One look at the machine. Never rejects for what it finds. */
export type Check = (examination: Examination) => Promise<readonly Finding[]>;
