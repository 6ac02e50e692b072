/** "Green" while dead: how long LocalPort reports a service as healthy although its tunnel carries nothing. */
import { reportAtMost, reportForInformation } from '../bench/figure.ts';
import type { FaultWorld, Service } from './fault-world.ts';
import { answeredAgainAt } from './requests.ts';

export const maxFalseGreenSeconds = { withClients: 3, without: 10 } as const;

interface DeadTime {
  readonly deadAt: number;
  /** When the remote side works again, or when the row stops watching. */
  readonly untilAt: number;
}

/** In ms: the time during which it was green, from its death until it is replaced, works again, or the time is over. */
export function greenWhileDeadMs(world: FaultWorld, service: Service, { deadAt, untilAt }: DeadTime): number {
  const timeline = world.timeline(service.name);
  const deadPid = timeline.pidAt(deadAt);
  const replacedAt =
    deadPid === null ? null : timeline.firstAt(deadAt, ({ pid, phase }) => phase === 'up' && pid !== deadPid);
  const servesAt = answeredAgainAt(world.requestsTo(service), deadAt);
  const aliveAt = Math.min(untilAt, replacedAt ?? Infinity, servesAt ?? Infinity);
  return timeline.greenBetween(deadAt, aliveAt);
}

/** `limit` in s; null: for information. */
export function reportGreenWhileDead(
  world: FaultWorld,
  service: Service,
  { dead, limit, what }: { readonly dead: DeadTime; readonly limit: number | null; readonly what: string },
): void {
  const ms = greenWhileDeadMs(world, service, dead);
  const isWhole = ms > (dead.untilAt - dead.deadAt) * 0.98;
  const figure = {
    figure: `${service.name} green while dead, ${what}`,
    value: ms / 1_000,
    unit: 's',
    note: `${isWhole ? 'all the time; ' : ''}in the end ${world.timeline(service.name).inWords()}`,
  };
  if (limit === null) reportForInformation(figure);
  else reportAtMost(limit, figure);
}
