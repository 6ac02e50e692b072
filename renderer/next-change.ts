import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { msUntilCountdownChanges, msUntilUptimeChanges } from './duration-text.ts';

/** Milliseconds until a time on the screen changes; null: no time is counting. */
export function msUntilNextChange(services: readonly ServiceSnapshot[], now: number): number | null {
  const changes = services.map((service) => changeOf(service, now)).filter((change) => change !== null);
  return changes.length === 0 ? null : changes.reduce((first, change) => Math.min(first, change));
}

function changeOf(service: ServiceSnapshot, now: number): number | null {
  const { offAt } = service;
  const untilOff = offAt === undefined ? null : msUntilCountdownChanges(offAt - now);
  const changes = [phaseChange(service, now), untilOff].filter((change) => change !== null);
  return changes.length === 0 ? null : Math.min(...changes);
}

function phaseChange(service: ServiceSnapshot, now: number): number | null {
  if (service.phase === 'up')
    return service.health === 'healthy' ? msUntilUptimeChanges(now - service.since) : null;
  if (service.nextRetryAt !== null) return msUntilCountdownChanges(service.nextRetryAt - now);
  return null;
}
