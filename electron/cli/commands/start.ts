import type { ControlClient } from '../../core/control/control-client.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { launchDaemon } from '../daemon-launch.ts';
import { readDuration } from '../duration-option.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { describeObstacle, reportOutcome, type ServiceResult } from '../output/service-results.ts';
import { targetOf, type TargetOptions } from '../service-target.ts';
import { standingOfStart, waitForServices } from '../service-wait.ts';

export interface StartOptions extends TargetOptions {
  readonly wait?: true;
  readonly timeout: string;
}

/** Turns services on; without a host it starts the daemon first. */
export const start: Action<StartOptions> = async (context, options, names) => {
  const target = targetOf(names, options);
  const timeoutMs = readDuration('--timeout', options.timeout);
  const client = (await findHost(context)) ?? (await launchDaemon(context));
  return closing(client, async () => {
    const outcome = answerOf(await client.request('set-desired', { target, desired: 'on' }));
    const accepted =
      options.wait === true
        ? await waitUntilUp(context, client, outcome.accepted, timeoutMs)
        : outcome.accepted.map((name) => ({ name, ok: true, message: 'started' }));
    return reportOutcome(context, accepted, outcome.refused);
  });
};

async function waitUntilUp(
  { clock, signal }: CommandContext,
  client: ControlClient,
  names: readonly string[],
  timeoutMs: number,
): Promise<readonly ServiceResult[]> {
  const services = await waitForServices({
    client,
    clock,
    names,
    standingOf: standingOfStart,
    timeoutMs,
    signal,
  });
  return services.map((service) => {
    const ok = standingOfStart(service) === 'done';
    const message = ok ? `up on localhost:${service.localPort}` : describeObstacle(service);
    return { name: service.name, ok, message };
  });
}
