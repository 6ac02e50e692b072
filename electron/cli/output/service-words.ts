/** The words of the table and the text for one service. */
import type { Cause } from '../../../shared/failure.ts';
import type { Health } from '../../../shared/service-snapshot.ts';
import { isInOrder, toneOf, toneShapes } from '../../../shared/service-tone.ts';
import type { ReportedService } from '../status-report.ts';
import type { Paint, Palette } from './palette.ts';
import { showDuration } from './quantity.ts';

export const shapeOf = (service: ReportedService): string => toneShapes[toneOf(service)];

export function paintOf(service: ReportedService, palette: Palette): Paint {
  const { good, working, bad, faint } = palette;
  return { up: good, ready: faint, checking: faint, working, trouble: bad, off: faint }[toneOf(service)];
}

/** The phase; for a running tunnel, whether it is proven. */
export const stateOf = ({ phase, health }: Pick<ReportedService, 'phase' | 'health'>): string =>
  phase === 'up' ? stateOfTunnel[health] : phase;

const stateOfTunnel: Readonly<Record<Health, string>> = {
  healthy: 'up',
  ready: 'ready',
  unknown: 'checking',
  unhealthy: 'unhealthy',
};

/** `2h 5m` for how long it has been up, `in 4s` or `now` for its next retry, otherwise nothing. */
export function timeOf(service: ReportedService, now: number): string {
  if (isInOrder(service) && service.since !== null) return showDuration(now - service.since);
  if (service.nextRetryAt === null) return '';
  const untilRetryMs = service.nextRetryAt - now;
  // In the past while its transport is trying.
  return untilRetryMs < 1_000 ? 'now' : `in ${showDuration(untilRetryMs)}`;
}

/** What happened, the evidence, the fix, and the command that the app would run or copy: up to four lines. */
export function causeLines(cause: Cause): readonly string[] {
  const { title, evidence, remedy } = cause;
  const lines = [title, evidence, remedy, commandLine(cause)];
  return lines.filter((line) => line !== null && line !== '') as readonly string[];
}

/** null: there is none, or the fix has named it. */
function commandLine({ code, remedy, action }: Cause): string | null {
  if (action?.kind === 'show-output') return `${action.label}: ${action.command}`;
  if (action?.kind === 'choose-context') return 'Show Contexts: kubectl config get-contexts';
  if (action?.kind === 'trust-host-key')
    return `${code === 'host-key-changed' ? 'To remove the old key' : 'To trust the key'}: ${action.command}`;
  if (action?.kind !== 'copy-command' || remedy?.includes(action.command) === true) return null;
  return `To do so: ${action.command}`;
}

/** What happened and the evidence, in one line. */
export const causeInShort = ({ title, evidence }: Pick<Cause, 'title' | 'evidence'>): string =>
  evidence === null ? title : `${title}: ${evidence}`;
