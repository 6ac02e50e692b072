/** What the table and the text say of one service. */
import type { Cause } from '../../../shared/failure.ts';
import { toneOf, type Tone } from '../../../shared/service-tone.ts';
import type { ReportedService } from '../status-report.ts';
import type { Paint, Palette } from './palette.ts';
import { showDuration } from './quantity.ts';

/** The shapes of the popover and of `npm start`. */
const shapes: Readonly<Record<Tone, string>> = { up: '●', working: '◐', trouble: '▲', off: '○' };

export const shapeOf = (service: ReportedService): string => shapes[toneOf(service)];

export function paintOf(service: ReportedService, palette: Palette): Paint {
  const paints = { up: palette.good, working: palette.working, trouble: palette.bad, off: palette.faint };
  return paints[toneOf(service)];
}

/** The phase, but for a service that is up and not healthy. */
export const stateOf = ({ phase, health }: ReportedService): string =>
  phase === 'up' && health === 'unhealthy' ? 'unhealthy' : phase;

/** `2h 5m` for how long it has been up, `in 4s` or `now` for when it is tried again, else nothing. */
export function timeOf(service: ReportedService, now: number): string {
  if (service.phase === 'up' && service.since !== null) return showDuration(now - service.since);
  if (service.nextRetryAt === null) return '';
  const untilRetryMs = service.nextRetryAt - now;
  // In the past for as long as the question to its route takes.
  return untilRetryMs < 1_000 ? 'now' : `in ${showDuration(untilRetryMs)}`;
}

/** What happened, what proves it, what helps: up to three lines. */
export const causeLines = ({ title, evidence, remedy }: Cause): readonly string[] =>
  [title, evidence, remedy].filter((line) => line !== null && line !== '') as readonly string[];

/** What happened and what proves it, in one line. */
export const causeInShort = ({ title, evidence }: Pick<Cause, 'title' | 'evidence'>): string =>
  evidence === null ? title : `${title}: ${evidence}`;
