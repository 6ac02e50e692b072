/** The time until which a service is off, in local time. Times are epoch ms. Pure. */
import type { ServiceSnapshot } from './service-snapshot.ts';

/** The services that are off until a set time. */
export const pausedNames = (services: readonly ServiceSnapshot[]): readonly string[] =>
  services.filter(({ offUntil }) => offUntil !== undefined).map(({ name }) => name);

const hourMs = 60 * 60 * 1000;

export const inHours =
  (hours: number) =>
  (now: number): number =>
    now + hours * hourMs;

/** Midnight at the end of the day. */
export function tomorrowAfter(now: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
}

/** The next time the local clock shows this time. */
export function nextTimeOfDay(hours: number, minutes: number, now: number): number {
  const day = new Date(now);
  const at = (days: number): number =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hours, minutes).getTime();
  return at(0) > now ? at(0) : at(1);
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `15:40` within a day, otherwise `12-01 15:40`. */
export function momentText(at: number, now: number): string {
  const day = new Date(at);
  const time = `${twoDigits(day.getHours())}:${twoDigits(day.getMinutes())}`;
  return at - now < 24 * hourMs
    ? time
    : `${twoDigits(day.getMonth() + 1)}-${twoDigits(day.getDate())} ${time}`;
}
