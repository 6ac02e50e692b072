/** The means to open tunnels beside those of a host: children that end with this command, ssh transports, passwords. */
import type { ServiceSpec } from '../../shared/service-spec.ts';
import type { Probe } from '../core/health/probe.ts';
import { silentLogger } from '../core/observability/logger.ts';
import { GroupLauncher } from '../core/process/child-launcher.ts';
import { cleanEnvironment } from '../core/process/environment-block.ts';
import { Lifeline } from '../core/process/lifeline.ts';
import { PromptQueue } from '../core/prompts/prompt-queue.ts';
import { childTool } from '../core/secrets/child-tool.ts';
import { withSecretPasswords } from '../core/health/secret-probe.ts';
import { readSecret } from '../core/secrets/secret-reader.ts';
import { SecretStore } from '../core/secrets/secret-store.ts';
import { referencesOf } from '../core/secrets/service-secrets.ts';
import { withSecrets } from '../core/ssh/secret-carrier.ts';
import { sshTransports } from '../core/pool/ssh-transports.ts';
import type { TransportPool } from '../core/pool/transport-pool.ts';
import type { CommandContext } from './command-context.ts';

export interface OwnTools {
  readonly launcher: GroupLauncher;
  readonly transports: TransportPool;
  readonly withPasswords: (probe: Probe) => Probe;
  close(): Promise<void>;
}

/** `name`: for files in the runtime folder. `services`: those whose passwords may be read. */
export function openOwnTools(
  { clock, env, paths, platform }: CommandContext,
  name: string,
  services: readonly ServiceSpec[],
): OwnTools {
  // If this command is killed, its children are ended anyway.
  const lifeline = new Lifeline({ clock, log: silentLogger });
  const environment = cleanEnvironment(env);
  const launcher = new GroupLauncher({
    clock,
    log: silentLogger,
    environment: () => environment,
    registries: [lifeline],
  });
  const { runtimeDirectory } = paths;
  const tools = { run: childTool(launcher, clock), platform };
  const secrets = new SecretStore({
    read: (reference) => readSecret(reference, tools),
    onFound: () => undefined,
  });
  secrets.allow(services.flatMap(referencesOf));
  const prompts = nobodyAnswers(clock);
  const transports = sshTransports(name, { launcher, clock, runtimeDirectory, prompts }, (open) =>
    withSecrets(open, secrets, prompts),
  );
  return {
    launcher,
    transports,
    withPasswords: (probe) => withSecretPasswords(probe, secrets),
    close: async () => {
      await transports.close();
      await lifeline.close();
    },
  };
}

/** Questions of ssh are answered with `localport ssh login`. */
const nobodyAnswers = (clock: CommandContext['clock']): PromptQueue =>
  new PromptQueue({ clock, onChange: () => undefined, onSecret: () => undefined });
