import type { Action, CommandContext } from '../command-context.ts';
import { askCluster, nodesSchema, versionSchema } from '../kube-query.ts';
import { contextsInUse, contextTitle, type ContextInUse } from '../kube-contexts.ts';
import { mapInTurns } from '../../core/import/map-in-turns.ts';
import { judgeContext } from '../../core/needs/needed-contexts.ts';
import { bad, fine, note, reportFindings, type Finding } from '../output/findings.ts';

export interface ClusterOptions {
  readonly context?: readonly string[];
}

/** Each is a kubectl process, and a config may name hundreds. */
const contextsAtOnce = 16;

/**
 * Whether the API server of each context in use answers, and its nodes are ready. A failed query counts as unhealthy.
 */
export const clusterStatus: Action<ClusterOptions> = async (context, options) => {
  const contexts = await contextsInUse(context, options.context);
  const findings = await mapInTurns(contexts, contextsAtOnce, (where) => examine(context, where));
  return reportFindings(context, findings);
};

async function examine(context: CommandContext, where: ContextInUse): Promise<Finding> {
  const title = contextTitle(where);
  const startedAt = context.clock.now();
  const version = await askCluster(context, where, { args: ['version'], schema: versionSchema });
  const tookMs = Math.round(context.clock.now() - startedAt);
  if (!version.ok) {
    // Without a context, kubectl reports only that localhost:8080 refuses.
    const { level, message, fix } = await judgeContext(where, context.env);
    return level === 'bad' ? bad(title, message, fix) : bad(title, version.error, null);
  }
  const answers = `${version.value.serverVersion.gitVersion} answers after ${tookMs} ms`;
  const nodes = await askCluster(context, where, { args: ['get', 'nodes'], schema: nodesSchema });
  // Many users may not list nodes: that says nothing about the cluster.
  if (!nodes.ok) return note(title, `${answers}; its nodes cannot be listed: ${nodes.error}`);
  const unready = nodes.value.items.filter(
    ({ status: { conditions } }) =>
      !conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
  const count = nodes.value.items.length;
  if (count === 0) return note(title, `${answers}; it has no nodes`);
  if (unready.length === 0)
    return fine(title, `${answers}; ${count === 1 ? 'its node is' : `${count} nodes are`} ready`);
  const names = unready.map(({ metadata: { name } }) => name).join(', ');
  return bad(title, `${answers}; not ready: ${names} (${unready.length} of ${count} nodes)`, null);
}
