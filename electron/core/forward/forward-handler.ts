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

/** One cell of the machine's table: handles one event, in phase `P`, or in any phase without `P`. Pure. */
export type Handler<
  T extends ForwardEventType,
  P extends ForwardPhase | 'any' = 'any',
> = P extends ForwardPhase ? Step<In<P>, T> : Step<ForwardState, T>;
