import type { Desired } from '../../../shared/service-snapshot.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import { resolveTarget } from '../../core/control/control-target.ts';
import type { Action } from '../command-context.ts';
import { permittedTarget, type GuardOptions } from '../guarded-start.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';

/** Turns each of the services on or off, whichever it is not. */
export const toggle: Action<TargetOptions & GuardOptions> = async (context, options, names) => {
  const target = targetOf(names, options);
  return withHost(context, async (client) => {
    const { services } = answerOf(await client.request('snapshot', {}));
    // Resolved as the host would, so that each is toggled from its current state.
    refuseNobody(target, resolveTarget(target, services));
    const permitted = await permittedTarget(context, target, { services, ...options });
    const meant = resolveTarget(permitted.target, services);
    const wereOn = new Set(services.filter(({ desired }) => desired === 'on').map(({ name }) => name));
    const on = meant.accepted.filter((name) => wereOn.has(name));
    const off = meant.accepted.filter((name) => !wereOn.has(name));
    const stopped = await turn(client, on, 'off');
    const started = await turn(client, off, 'on');
    const results = [
      ...stopped.accepted.map((name) => ({ name, ok: true, message: 'turned off' })),
      ...started.accepted.map((name) => ({ name, ok: true, message: 'turned on' })),
    ];
    // Some may have left the config in the meantime.
    return reportOutcome(context, results, [
      ...stopped.refused,
      ...started.refused,
      ...meant.refused,
      ...permitted.refused,
    ]);
  });
};

async function turn(client: ControlClient, names: readonly string[], desired: Desired) {
  if (names.length === 0) return { accepted: [], refused: [] };
  return answerOf(await client.request('set-desired', { target: { kind: 'names', names }, desired }));
}
