import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { CommandContext } from '../command-context.ts';
import type { Finding } from '../output/findings.ts';

/** Everything that a check of the doctor may use. */
export interface Examination {
  readonly context: CommandContext;
  /** The environment of the login shell, as the host's children get it; this command's own if the shell fails. */
  readonly environment: Readonly<Record<string, string>>;
  /** From the config; none if it is missing or broken. */
  readonly services: readonly ServiceSpec[];
  /** null: no host runs. */
  readonly client: ControlClient | null;
}

/** One check of the machine. Never rejects because of its findings. */
export type Check = (examination: Examination) => Promise<readonly Finding[]>;
