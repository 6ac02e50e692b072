import type { Action } from '../command-context.ts';
import { launchDaemon } from '../daemon-launch.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { describeHost } from './daemon-start.ts';
import { stopHost } from './daemon-stop.ts';

/** Stops the host and starts one of its kind with its config; starts the daemon when none runs. */
export const daemonRestart: Action = async (context) => {
  const old = await findHost(context);
  let launch = {};
  if (old !== null) {
    launch = await closing(old, async () => {
      const { config } = answerOf(await old.request('snapshot', {}));
      await stopHost(context, old, false);
      // Of a search the outcome would depend on the folder that we happen to be in.
      const file = config.status === 'welcome' ? null : config.path;
      return { kind: old.host.kind, config: context.options.config ?? file ?? undefined };
    });
  }
  if (context.signal.aborted) return exitCode.interrupted;
  const client = await launchDaemon(context, launch);
  client.close();
  context.say(`started: ${describeHost(client.host)}`);
  return exitCode.ok;
};
