import { momentText } from '../../../shared/off-until.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { readDuration } from '../duration-option.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { reportOutcome, type ServiceResult } from '../output/service-results.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';
import { readUntil, type UntilOptions } from '../until-option.ts';
import { progressOfStop, waitWatched } from '../service-wait.ts';

export interface StopOptions extends TargetOptions, UntilOptions {
  readonly timeout: string;
}

/** Turns services off and waits until their ports are free: usually a second. */
export const stop: Action<StopOptions> = async (context, options, names) => {
  const target = targetOf(names, options);
  const timeoutMs = readDuration('--timeout', options.timeout);
  const until = readUntil(options, context.clock.wallNow());
  return withHost(context, async (client) => {
    const off = { target, desired: 'off', ...(until === undefined ? {} : { until }) } as const;
    const outcome = answerOf(await client.request('set-desired', off));
    refuseNobody(target, outcome);
    const results = await waitWatched(context, {
      client,
      names: outcome.accepted,
      progressOf: progressOfStop,
      tellDone: () => 'stopped',
      timeoutMs,
    });
    const told = until === undefined ? results : await withTimes(context, client, results);
    return reportOutcome(context, told, outcome.refused);
  });
};

/** A service that was already off without a time stays that way. */
async function withTimes(
  { clock }: CommandContext,
  client: ControlClient,
  results: readonly ServiceResult[],
): Promise<readonly ServiceResult[]> {
  const { services } = answerOf(await client.request('snapshot', {}));
  const times = new Map(services.map(({ name, offUntil }) => [name, offUntil]));
  return results.map((result) => {
    const at = times.get(result.name);
    if (!result.ok) return result;
    const message =
      at === undefined ? 'was off, and stays off' : `off until ${momentText(at, clock.wallNow())}`;
    return { ...result, message };
  });
}
