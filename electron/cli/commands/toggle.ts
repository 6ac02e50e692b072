import type { Desired } from '../../../shared/service-snapshot.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { Action } from '../command-context.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';

/** Turns each of the services the other way. */
export const toggle: Action<TargetOptions> = async (context, options, names) => {
  const target = targetOf(names, options);
  return withHost(context, async (client) => {
    const { services } = answerOf(await client.request('snapshot', {}));
    const meant = services.filter(
      ({ name, tags }) =>
        target.kind === 'all' ||
        (target.kind === 'tag' ? tags.includes(target.tag) : target.names.includes(name)),
    );
    const known = new Set(services.map(({ name }) => name));
    const unknown = target.kind === 'names' ? target.names.filter((name) => !known.has(name)) : [];
    const on = meant.filter(({ desired }) => desired === 'on').map(({ name }) => name);
    // Unknown names go along, so that the host says what is wrong with them.
    const off = [...meant.filter(({ desired }) => desired === 'off').map(({ name }) => name), ...unknown];
    const stopped = await turn(client, on, 'off');
    const started = await turn(client, off, 'on');
    const results = [
      ...stopped.accepted.map((name) => ({ name, ok: true, message: 'turned off' })),
      ...started.accepted.map((name) => ({ name, ok: true, message: 'turned on' })),
    ];
    const refused = [...stopped.refused, ...started.refused];
    refuseNobody(target, { accepted: [...on, ...off], refused });
    return reportOutcome(context, results, refused);
  });
};

async function turn(client: ControlClient, names: readonly string[], desired: Desired) {
  if (names.length === 0) return { accepted: [], refused: [] };
  return answerOf(await client.request('set-desired', { target: { kind: 'names', names }, desired }));
}
