import type { Action } from '../command-context.ts';
import { readDuration } from '../duration-option.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';
import { standingOfStop, waitWatched } from '../service-wait.ts';

export interface StopOptions extends TargetOptions {
  readonly timeout: string;
}

/** Turns services off and waits until their ports are free: a second, as a rule. */
export const stop: Action<StopOptions> = async (context, options, names) => {
  const target = targetOf(names, options);
  const timeoutMs = readDuration('--timeout', options.timeout);
  return withHost(context, async (client) => {
    const outcome = answerOf(await client.request('set-desired', { target, desired: 'off' }));
    refuseNobody(target, outcome);
    const results = await waitWatched(context, {
      client,
      names: outcome.accepted,
      standingOf: standingOfStop,
      tellDone: () => 'stopped',
      timeoutMs,
    });
    return reportOutcome(context, results, outcome.refused);
  });
};
