/** A cause in the popover's words: what happened, what happens next, what would help. */
import type { Cause, RemedyAction, TriggerKind } from '../shared/failure.ts';
import { assertNever } from '../shared/result.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { countdownText } from './duration-text.ts';

export interface CauseView {
  readonly title: string;
  /** `Next try in 4 s`, `Waits for the network`, `Needs you`. */
  readonly next: string;
  readonly needsUser: boolean;
  readonly remedy: string | null;
  readonly evidence: string | null;
  /** `6 failed tries`, once there was more than one. */
  readonly tries: string | null;
  readonly action: RemedyAction | null;
}

/** What the user sees of a service's failure; null while there is none, or none that matters any more. */
export function causeViewOf(service: ServiceSnapshot, now: number): CauseView | null {
  const { cause } = service;
  if (cause === null || service.desired === 'off' || isWell(service)) return null;
  return {
    title: cause.title,
    next: nextStepText(service, cause, now),
    needsUser: cause.recovery === 'user',
    remedy: cause.remedy,
    evidence: cause.evidence,
    tries: service.attempt > 1 ? `${service.attempt} failed tries` : null,
    // What it is doing already needs no button.
    action: service.phase === 'connecting' && cause.action?.kind === 'retry' ? null : cause.action,
  };
}

const isWell = (service: ServiceSnapshot): boolean =>
  service.phase === 'up' && service.health !== 'unhealthy';

function nextStepText(service: ServiceSnapshot, cause: Cause, now: number): string {
  switch (service.phase) {
    case 'connecting':
      return 'Trying again now';
    case 'retrying':
      return service.nextRetryAt === null
        ? 'Tries again soon'
        : `Next try ${countdownText(service.nextRetryAt - now)}`;
    case 'up':
      return 'Checking again';
    case 'stopping':
      return 'Stopping';
    case 'waiting':
      // Held by its route: the one question is asked for all.
      return service.nextRetryAt === null
        ? waitingText(cause)
        : `Checks again ${countdownText(service.nextRetryAt - now)}`;
    case 'off':
    case 'failed':
      return waitingText(cause);
    default:
      return assertNever(service.phase, 'phase');
  }
}

function waitingText(cause: Cause): string {
  switch (cause.recovery) {
    case 'user':
      return 'Needs you';
    case 'trigger':
      // Its title already says what it waits for.
      return 'Comes back by itself';
    case 'backoff':
      return `Waits for ${triggerText(cause.triggers)}`;
    default:
      return assertNever(cause.recovery, 'recovery');
  }
}

const triggerWords: readonly (readonly [TriggerKind, string])[] = [
  ['network', 'the network'],
  ['port', 'the port to be free'],
  ['credentials', 'a new sign-in'],
  ['demand', 'the next connection'],
  ['wake', 'the computer to wake'],
];

const triggerText = (triggers: readonly TriggerKind[]): string =>
  triggerWords.find(([kind]) => triggers.includes(kind))?.[1] ?? 'a change of the config';
