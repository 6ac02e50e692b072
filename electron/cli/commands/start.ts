import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { Action } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { refuseOtherConfig } from '../config-choice.ts';
import { launchDaemon } from '../daemon-launch.ts';
import { readDuration } from '../duration-option.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';
import { standingOfStart, waitWatched } from '../service-wait.ts';

export interface StartOptions extends TargetOptions {
  readonly wait?: true;
  readonly timeout?: string;
}

const defaultTimeoutMs = 30_000;

/** Turns services on; without a host it starts the daemon first. */
export const start: Action<StartOptions> = async (context, options, names) => {
  const target = targetOf(names, options);
  const timeoutMs =
    options.timeout === undefined ? defaultTimeoutMs : readDuration('--timeout', options.timeout);
  if (options.timeout !== undefined && options.wait !== true)
    throw usageFailure('--timeout is of use with --wait only');
  const running = await findHost(context);
  if (running !== null) await refuseOtherConfig(context, running);
  const client = running ?? (await launchDaemon(context));
  return closing(client, async () => {
    const outcome = answerOf(await client.request('set-desired', { target, desired: 'on' }));
    refuseNobody(target, outcome);
    const { accepted, refused } = outcome;
    if (running !== null) await tryAtOnce(client, accepted);
    const results =
      options.wait === true
        ? await waitWatched(context, {
            client,
            names: accepted,
            standingOf: standingOfStart,
            tellDone: ({ localPort }) => `up on localhost:${localPort}`,
            timeoutMs,
          })
        : accepted.map((name) => ({ name, ok: true, message: 'started' }));
    return reportOutcome(context, results, refused);
  });
};

/** Those that were on already, and wait for something, are not made to: who starts a service means now. */
async function tryAtOnce(client: ControlClient, meant: readonly string[]): Promise<void> {
  const { services } = answerOf(await client.request('snapshot', {}));
  const names = services
    .filter(({ name, phase }) => meant.includes(name) && restingPhases.has(phase))
    .map(({ name }) => name);
  if (names.length > 0) answerOf(await client.request('retry', { target: { kind: 'names', names } }));
}

const restingPhases: ReadonlySet<ServiceSnapshot['phase']> = new Set(['waiting', 'retrying', 'failed']);
