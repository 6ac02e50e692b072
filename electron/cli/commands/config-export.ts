import { createRedactor } from '../../core/observability/redaction.ts';
import type { Action } from '../command-context.ts';
import { readConfig, requireConfigFile } from '../configured-services.ts';
import { exitCode } from '../exit-code.ts';
import { hideSecrets } from '../hidden-secrets.ts';
import { brokenConfig } from '../output/config-complaint.ts';
import { jsonLines } from '../output/json-lines.ts';
import { yamlText } from '../output/yaml-text.ts';
import { clusterHealthEntry, serviceEntry } from '../service-yaml.ts';

export interface ConfigExportOptions {
  readonly showSecrets?: true;
}

/** Prints the config as LocalPort understands it, complete: defaults merged, variables replaced. YAML, or JSON. */
export const configExport: Action<ConfigExportOptions> = async (context, { showSecrets = false }) => {
  const { path } = requireConfigFile(context);
  const loaded = await readConfig(context, path);
  if (!loaded.ok) throw brokenConfig(context, path, loaded.error);
  const { services, clusterHealth, secrets } = loaded.value;
  const contexts = [...clusterHealth.contexts].map(([context, spec]) => [
    context,
    { cluster_health: clusterHealthEntry(spec) },
  ]);
  const whole = {
    version: '1.0',
    services: services.map((service) => serviceEntry(service, { showSecrets })),
    defaults: { cluster_health: clusterHealthEntry(clusterHealth.defaults) },
    ...(contexts.length === 0 ? {} : { cluster_contexts: Object.fromEntries(contexts) as object }),
  };
  const shown = showSecrets ? whole : hideSecrets(whole, createRedactor(secrets));
  context.print(...(context.format === 'json' ? jsonLines(shown) : yamlText(shown).split('\n')));
  return exitCode.ok;
};
