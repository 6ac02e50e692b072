import type { Action } from '../command-context.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';

/** Gives services a new tunnel; their ports stay open, and clients wait in the meantime. */
export const restart: Action<TargetOptions> = async (context, options, names) => {
  const target = targetOf(names, options);
  return withHost(context, async (client) => {
    const outcome = answerOf(await client.request('restart', { target }));
    refuseNobody(target, outcome);
    const results = outcome.accepted.map((name) => ({ name, ok: true, message: 'restarting' }));
    return reportOutcome(context, results, outcome.refused);
  });
};
