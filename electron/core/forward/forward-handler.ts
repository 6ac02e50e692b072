import type {
  EventOf,
  ForwardEventType,
  ForwardPhase,
  ForwardState,
  In,
  Transition,
  TransitionContext,
} from './forward-state.ts';

type Step<S, T extends ForwardEventType> = (
  state: S,
  event: EventOf<T>,
  context: TransitionContext,
) => Transition;

/** What one cell of the machine's table does: handles one event, in one phase or (without `P`) in any. Pure. */
export type Handler<
  T extends ForwardEventType,
  P extends ForwardPhase | 'any' = 'any',
> = P extends ForwardPhase ? Step<In<P>, T> : Step<ForwardState, T>;
