import type { Action } from '../command-context.ts';
import { readDuration } from '../duration-option.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';
import { standingOfStop, waitForServices } from '../service-wait.ts';

export interface StopOptions extends TargetOptions {
  readonly timeout: string;
}

/** Turns services off and waits until their ports are free: a second, as a rule. */
export const stop: Action<StopOptions> = async (context, options, names) => {
  const { clock, signal } = context;
  const target = targetOf(names, options);
  const timeoutMs = readDuration('--timeout', options.timeout);
  return withHost(context, async (client) => {
    const outcome = answerOf(await client.request('set-desired', { target, desired: 'off' }));
    refuseNobody(target, outcome);
    const results = await waitForServices({
      client,
      clock,
      names: outcome.accepted,
      standingOf: standingOfStop,
      tellDone: () => 'stopped',
      timeoutMs,
      signal,
    });
    return reportOutcome(context, results, outcome.refused);
  });
};
