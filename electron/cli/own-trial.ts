/** Tests a service without a host: with this command's own tunnels. */
import type { ServiceSpec } from '../../shared/service-spec.ts';
import { prepareAppPaths } from '../core/config/app-paths.ts';
import { createProbeRegistry } from '../core/health/probes/probe-registry.ts';
import { tryService, type Trial } from '../core/host/service-trial.ts';
import { silentLogger } from '../core/observability/logger.ts';
import { createAdapterRegistry } from '../core/tunnel/adapter-registry.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { openOwnTools } from './own-tools.ts';

export async function tryHere(context: CommandContext, service: ServiceSpec): Promise<Trial> {
  const { clock, paths, uid, signal } = context;
  const prepared = await prepareAppPaths(paths, uid);
  if (!prepared.ok) throw new CommandFailure(prepared.error);
  const { runtimeDirectory } = paths;
  // A daemon has its files in the same folder.
  const id = `trial-${process.pid}`;
  const tools = openOwnTools(context, id, [service]);
  const { launcher, transports, withPasswords } = tools;
  try {
    const adapters = createAdapterRegistry({ launcher, clock, runtimeDirectory, transports });
    return await tryService(service, {
      id,
      adapter: adapters[service.connection.technology],
      probe: withPasswords(createProbeRegistry({ launcher })),
      clock,
      log: silentLogger,
      isAsking: () => false,
      signal,
    });
  } finally {
    await tools.close();
  }
}
