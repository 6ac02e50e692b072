/** What is worth reporting about a step of the forward machine, to the log and to the transport. */
import { secondsText } from '../../../shared/seconds-text.ts';
import type { Cause } from '../../../shared/failure.ts';
import { assertNever } from '../../../shared/result.ts';
import type { ForwardEvent, ForwardState } from './forward-state.ts';

/** A step as the log shows it. */
export interface StepNews {
  /** `retrying in 4 s: bastion:22 refused the connection (Connection refused)`; null: the next lines say it already. */
  readonly words: string | null;
  /** `connecting → retrying after tunnel-ended`: the machine-readable form. */
  readonly step: string;
}

/** null: nothing changed that matters to a reader. `now`: monotonic ms. */
export function newsOf(
  before: ForwardState,
  event: ForwardEvent,
  { after, now }: { readonly after: ForwardState; readonly now: number },
): StepNews | null {
  const isSameCause = after.cause?.title === before.cause?.title;
  const isSame = after.situation.phase === before.situation.phase && isSameCause;
  // The current tunnel serves until the next one is up.
  const isRestart = isSame && isByUser(event) && after.situation.phase === 'up';
  if (isSame && !isRestart) return null;
  const step = `${before.situation.phase} → ${after.situation.phase} after ${event.type}`;
  return { words: isRestart ? 'restarting' : wordsOf(before, event, { after, now }), step };
}

function wordsOf(
  before: ForwardState,
  event: ForwardEvent,
  { after, now }: { readonly after: ForwardState; readonly now: number },
): string | null {
  const { situation, cause } = after;
  const former = before.situation.phase;
  const why = cause === null ? '' : `: ${describe(cause)}`;
  switch (situation.phase) {
    case 'off':
      return 'turned off';
    case 'stopping':
      return null;
    case 'idle':
      if (former === 'up') return 'disconnected, because no client uses it';
      return `${former === 'failed' ? 'its port is free' : 'turned on'}, connects when it is used`;
    case 'connecting':
      if (former === 'off' || former === 'stopping') return 'turned on';
      if (former === 'idle') return 'connecting';
      if (former === 'up') return `reconnecting${why}`;
      // A scheduled retry needs no line of its own: its outcome is the next line.
      return event.type === 'due' || former === 'connecting' ? null : 'trying again';
    case 'up':
      if (former !== 'up') return `connected${duration(before.triedAt, now)}`;
      return cause === null ? null : `unhealthy: ${describe(cause)}`;
    case 'retrying':
      return `retrying in ${secondsText(situation.retryAt - now)}${why}`;
    case 'waiting':
      return `waiting${why}${recheck(situation.recheckAt, now)}`;
    case 'failed':
      return `failed${why}${recheck(situation.recheckAt, now)}`;
    default:
      return assertNever(situation, 'situation');
  }
}

const isByUser = (event: ForwardEvent): boolean =>
  event.type === 'retry-forced' || (event.type === 'triggered' && event.trigger === 'user');

const describe = ({ title, evidence }: Cause): string =>
  evidence === null || evidence === '' ? title : `${title} (${evidence})`;

const duration = (since: number | null, now: number): string =>
  since === null ? '' : ` in ${secondsText(now - since)}`;

const recheck = (at: number | null, now: number): string =>
  at === null ? '' : `; checking again in ${secondsText(at - now)}`;

/** A failure that the transport may have caused. Only the first failed check counts: each report makes it check itself. */
export function transportFailureIn(event: ForwardEvent, before: ForwardState): Cause | null {
  if (event.type === 'tunnel-ended') return event.cause;
  if (event.type !== 'checked') return null;
  const { evidence, cause, health } = event.report;
  if (evidence.kind === 'dead') return evidence.cause;
  const isNews = health === 'unhealthy' && before.health !== 'unhealthy';
  return isNews && evidence.kind !== 'answered' ? cause : null;
}
