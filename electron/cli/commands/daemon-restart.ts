import type { Action, CommandContext } from '../command-context.ts';
import { launchDaemon, type Launch } from '../daemon-launch.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { managerOf, startManaged } from '../host-relaunch.ts';
import { hostObject } from '../output/host-object.ts';
import type { ServiceManager } from '../service-manager.ts';
import { describeHost } from './daemon-start.ts';
import { describeStop, stopHost } from './daemon-stop.ts';
import { jsonLines } from '../output/json-lines.ts';

/** Stops the host and starts one of the same kind with the same config; starts the daemon if none is running. */
export const daemonRestart: Action = async (context) => {
  const next = await stopForStart(context);
  if (next === null) return exitCode.interrupted;
  const client =
    next.manager === null
      ? await launchDaemon(context, next.launch)
      : await startManaged(context, next.manager);
  return closing(client, async () => {
    if (context.format === 'json') {
      context.print(...jsonLines(hostObject(answerOf(await client.request('snapshot', {})))));
    } else context.say(`Started ${describeHost(client.host)}`);
    return exitCode.ok;
  });
};

interface NextStart {
  readonly launch: Launch;
  /** The service manager that runs the daemon and should run the next one; null: none, or one with another config. */
  readonly manager: ServiceManager | null;
}

/** How to restart the host that this stops; null: by Ctrl-C. */
async function stopForStart(context: CommandContext): Promise<NextStart | null> {
  const host = await findHost(context);
  if (host === null) return { launch: {}, manager: null };
  return closing(host, async () => {
    const { config } = answerOf(await host.request('snapshot', {}));
    // The config in force would end with this host, without a successor.
    if (context.options.config === undefined && config.status === 'untrusted') {
      const { requireTrustOfHost } = await import('../config-trust.ts');
      await requireTrustOfHost(context, host, config);
    }
    const isOther = context.options.config !== undefined;
    const manager = isOther ? null : await managerOf(context, host.host.pid);
    const stopped = await stopHost(context, host, false);
    if (stopped === null || context.signal.aborted) return null;
    if (context.format !== 'json') context.say(describeStop(stopped));
    // The result of a search would depend on the current folder.
    const file = config.status === 'welcome' ? null : config.path;
    const needsTrust = !isOther && config.needsTrust === true;
    const launch = { kind: host.host.kind, config: context.options.config ?? file ?? undefined, needsTrust };
    return { launch, manager };
  });
}
