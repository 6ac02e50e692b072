import type { Action, CommandContext } from '../command-context.ts';
import { launchDaemon, type Launch } from '../daemon-launch.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { hostObject } from '../output/host-object.ts';
import { describeHost } from './daemon-start.ts';
import { stopHost } from './daemon-stop.ts';
import { jsonLines } from '../output/json-lines.ts';

/** Stops the host and starts one of its kind with its config; starts the daemon when none runs. */
export const daemonRestart: Action = async (context) => {
  const launch = await stopForLaunch(context);
  if (launch === null) return exitCode.interrupted;
  const client = await launchDaemon(context, launch);
  return closing(client, async () => {
    if (context.format === 'json') {
      context.print(...jsonLines(hostObject(answerOf(await client.request('snapshot', {})))));
    } else context.say(`started: ${describeHost(client.host)}`);
    return exitCode.ok;
  });
};

/** How the host that is stopped by this is to be started again; null: by Ctrl-C. */
async function stopForLaunch(context: CommandContext): Promise<Launch | null> {
  const host = await findHost(context);
  if (host === null) return {};
  return closing(host, async () => {
    const { config } = answerOf(await host.request('snapshot', {}));
    // What is in force would end with this host, and nothing would come after it.
    if (context.options.config === undefined && config.status === 'untrusted') {
      const { requireTrustOfHost } = await import('../config-trust.ts');
      await requireTrustOfHost(context, host, config);
    }
    const stopped = await stopHost(context, host, false);
    if (stopped === null || context.signal.aborted) return null;
    if (context.format !== 'json') context.say(`stopped in ${stopped.tookMs} ms`);
    // Of a search the outcome would depend on the folder that we happen to be in.
    const file = config.status === 'welcome' ? null : config.path;
    const isOther = context.options.config !== undefined;
    const needsTrust = !isOther && config.needsTrust === true;
    return { kind: host.host.kind, config: context.options.config ?? file ?? undefined, needsTrust };
  });
}
