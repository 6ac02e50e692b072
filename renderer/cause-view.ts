/** A cause as the popover shows it: what happened, what happens next, what would fix it. */
import { causeActionOf, type CauseAction } from '../shared/cause-action.ts';
import type { Cause } from '../shared/failure.ts';
import { assertNever } from '../shared/result.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { toneOf } from '../shared/service-tone.ts';
import { countdownText } from './duration-text.ts';

export interface CauseView {
  readonly title: string;
  /** `Retrying in 4 s`, `Checking …`, `Needs you · checks again in 30 s`. */
  readonly next: string;
  /** The one line below the title: what the user has to do, or what happens next. */
  readonly line: string;
  readonly needsUser: boolean;
  readonly remedy: string | null;
  readonly evidence: string | null;
  /** `6 failed tries`; null if there was only one. */
  readonly tries: string | null;
  readonly action: CauseAction | null;
}

/**
 * A service's failure as shown to the user; null if there is none. It matches the tone of the row: a service in trouble
 * keeps the same title and button while it retries; only `next` changes.
 */
export function causeViewOf(service: ServiceSnapshot, now: number): CauseView | null {
  const { cause } = service;
  if (cause === null || service.desired === 'off' || !showsCause(service)) return null;
  const next = nextStepText(service, cause, now);
  const needsUser = cause.recovery === 'user';
  return {
    title: cause.title,
    next,
    line: needsUser && cause.remedy !== null ? cause.remedy : next,
    needsUser,
    remedy: cause.remedy,
    evidence: cause.evidence,
    tries: triesText(service),
    action: causeActionOf(cause),
  };
}

/** In trouble, or waiting for what the title names. A first quick reconnect counts as neither. */
const showsCause = (service: ServiceSnapshot): boolean =>
  toneOf(service) === 'trouble' || service.phase === 'waiting';

function triesText({ attempt, exhausted }: ServiceSnapshot): string | null {
  if (attempt < 2) return null;
  return `${attempt} failed tries${exhausted ? ', now retrying once a minute' : ''}`;
}

function nextStepText(service: ServiceSnapshot, cause: Cause, now: number): string {
  const { phase, health, nextRetryAt } = service;
  switch (phase) {
    case 'connecting':
      return 'Trying again now';
    case 'up':
      return health === 'unhealthy' ? 'Checking again soon' : 'Checking …';
    case 'retrying':
      return retryText(service, now);
    case 'stopping':
      return 'Stopping';
    case 'off':
    case 'idle':
    case 'waiting':
    case 'failed':
      return waitingText(service, cause, nextRetryAt === null ? null : countdownText(nextRetryAt - now));
    default:
      return assertNever(phase, 'phase');
  }
}

function retryText({ nextRetryAt, exhausted }: ServiceSnapshot, now: number): string {
  if (nextRetryAt !== null) return `Retrying ${countdownText(nextRetryAt - now)}`;
  return exhausted ? 'Retrying once a minute' : 'Retrying soon';
}

/** `countdown`: until LocalPort checks again, `in 30 s` or `now`; null: something else has to happen first. */
function waitingText(service: ServiceSnapshot, cause: Cause, countdown: string | null): string {
  switch (cause.recovery) {
    case 'user':
      return countdown === null ? 'Needs you' : `Needs you · checks again ${countdown}`;
    case 'trigger':
      // The title says what it is waiting for.
      return countdown === null ? 'Reconnects automatically' : `Checking again ${countdown}`;
    case 'backoff':
      return countdown === null ? retryText(service, 0) : `Retrying ${countdown}`;
    default:
      return assertNever(cause.recovery, 'recovery');
  }
}
