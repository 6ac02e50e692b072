/** What is news about a step of the forward machine, for the log and for the transport. */
import type { Cause } from '../../../shared/failure.ts';
import type { ForwardEvent, ForwardState } from './forward-state.ts';

/** One line for the log: "connecting → up after tunnel-ready"; null when nothing changed that a reader would look for. */
export function describeStep(before: ForwardState, event: ForwardEvent, after: ForwardState): string | null {
  const { situation, cause } = after;
  const isSameCause = cause?.title === before.cause?.title;
  if (situation.phase === before.situation.phase && isSameCause) return null;
  // A tunnel that is up keeps the cause in view until it is proven; that is not why it is up.
  const isOld = situation.phase === 'up' && isSameCause;
  const evidence = typeof cause?.evidence === 'string' ? ` (${cause.evidence})` : '';
  const why = cause === null || isOld ? '' : `: ${cause.title}${evidence}`;
  return `${before.situation.phase} → ${situation.phase} after ${event.type}${why}`;
}

/** What may be the fault of the transport. Checks that go on failing are no news: each would cost a question to it. */
export function transportFailureIn(event: ForwardEvent, before: ForwardState): Cause | null {
  if (event.type === 'tunnel-ended') return event.cause;
  if (event.type !== 'checked') return null;
  const { evidence, cause, health } = event.report;
  if (evidence.kind === 'dead') return evidence.cause;
  const isNews = health === 'unhealthy' && before.health !== 'unhealthy';
  return isNews && evidence.kind !== 'answered' ? cause : null;
}
