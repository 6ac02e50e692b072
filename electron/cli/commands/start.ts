import type { Action } from '../command-context.ts';
import { launchDaemon } from '../daemon-launch.ts';
import { readDuration } from '../duration-option.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { targetOf, type TargetOptions } from '../service-target.ts';
import { standingOfStart, waitForServices } from '../service-wait.ts';

export interface StartOptions extends TargetOptions {
  readonly wait?: true;
  readonly timeout: string;
}

/** Turns services on; without a host it starts the daemon first. */
export const start: Action<StartOptions> = async (context, options, names) => {
  const { clock, signal } = context;
  const target = targetOf(names, options);
  const timeoutMs = readDuration('--timeout', options.timeout);
  const client = (await findHost(context)) ?? (await launchDaemon(context));
  return closing(client, async () => {
    const { accepted, refused } = answerOf(await client.request('set-desired', { target, desired: 'on' }));
    const results =
      options.wait === true
        ? await waitForServices({
            client,
            clock,
            names: accepted,
            standingOf: standingOfStart,
            tellDone: ({ localPort }) => `up on localhost:${localPort}`,
            timeoutMs,
            signal,
          })
        : accepted.map((name) => ({ name, ok: true, message: 'started' }));
    return reportOutcome(context, results, refused);
  });
};
