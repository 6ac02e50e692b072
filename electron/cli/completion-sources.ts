/** The names for completion: from the running host; without one, from the config that `start` would use. */
import type { CommandContext } from './command-context.ts';
import type { CompletionRequest } from './completion-words.ts';

/** The user waits at every Tab: the config is a good answer as well. */
const patienceMs = 300;

type Sources = Pick<CompletionRequest, 'services' | 'contexts'>;

// The files are read only when needed: completing a command needs neither a socket nor YAML.
export function completionSources(context: CommandContext): Sources {
  const snapshotOfHost = async () => {
    const client = await context.connect(patienceMs);
    if (!client.ok) return null;
    const snapshot = await client.value.request('snapshot', {}, patienceMs);
    client.value.close();
    return snapshot.ok ? snapshot.value : null;
  };
  return {
    services: async () => {
      const snapshot = await snapshotOfHost();
      if (snapshot !== null) return snapshot.services;
      const { readOfflineStatus } = await import('./offline-status.ts');
      return (await readOfflineStatus(context)).services;
    },
    contexts: async () => {
      const { findConfigFile } = await import('./config-choice.ts');
      const path = (await snapshotOfHost())?.config.path ?? findConfigFile(context)?.path;
      if (path === undefined) return [];
      const [{ readConfig }, { groupByContext }] = await Promise.all([
        import('./configured-services.ts'),
        import('./kube-contexts.ts'),
      ]);
      const loaded = await readConfig(context, path);
      if (!loaded.ok) return [];
      return groupByContext(loaded.value.services).flatMap((used) => used.context ?? []);
    },
  };
}
