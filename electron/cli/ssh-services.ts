import type { ServiceSpec, SshConnection } from '../../shared/service-spec.ts';
import type { CommandContext } from './command-context.ts';
import { requireTrustIn } from './config-choice.ts';
import { CommandFailure } from './command-failure.ts';
import { readConfig, requireConfigFile } from './configured-services.ts';
import { brokenConfig } from './output/config-complaint.ts';

export type SshService = ServiceSpec & { readonly connection: SshConnection };

/** The ssh services of the config, or the named ones. A name that is not one of them is a failure. */
export async function readSshServices(
  context: CommandContext,
  names: readonly string[],
): Promise<readonly SshService[]> {
  const found = requireConfigFile(context);
  await requireTrustIn(context, found);
  const { path } = found;
  const loaded = await readConfig(context, path);
  if (!loaded.ok) throw brokenConfig(context, path, loaded.error);
  const services = loaded.value.services.filter(isSsh);
  const unknown = names.filter((name) => services.every((service) => service.name !== name));
  if (unknown.length > 0)
    throw new CommandFailure(`there is no ssh service ${unknown.join(', ')} in ${path}`);
  const chosen = names.length === 0 ? services : services.filter(({ name }) => names.includes(name));
  if (chosen.length === 0) throw new CommandFailure(`there is no ssh service in ${path}`);
  return chosen;
}

const isSsh = (service: ServiceSpec): service is SshService => service.connection.technology === 'ssh';
