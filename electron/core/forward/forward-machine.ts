/**
 * The heart: what happens to one service. Pure and total; the runner performs the effects.
 *
 * 1. The table has a cell for every phase × event. What is ignored says so.
 * 2. At most two tunnels of a service are alive, and two only in a replacement: a successor that starts, or a
 *    predecessor that drains.
 * 3. Every tunnel that was started ends: nothing leaves the state before its `tunnel-ended` came.
 * 4. Off means off: in phase `off` no tunnel is alive and the port is closed.
 * 5. Desired changes only by turning on and off, never by a failure.
 * 6. While suspended no failure is counted and no time falls due.
 * 7. While the route is down no failure is counted and none leads to a try, nor does a port that is free again; what was
 *    held back starts when it is back. "Try again" asks the route; only who insists on this one service, or turns it on,
 *    gets a try all the same.
 */
import type { Handler } from './forward-handler.ts';
import { ignored, turnOff } from './forward-moves.ts';
import type {
  ForwardEvent,
  ForwardEventType,
  ForwardPhase,
  ForwardState,
  Situation,
  Standing,
  Transition,
  TransitionContext,
} from './forward-state.ts';
import {
  suspend,
  noteWake,
  drainedEnded,
  complain,
  tryChanged,
  rearm,
  insist,
  hold,
} from './phases/any-phase.ts';
import {
  portOpened,
  portFailed,
  firstReady,
  tryEnded,
  tryAnew,
  wokeWhileConnecting,
} from './phases/connecting.ts';
import { suspendRetry, retryDue, portFreed, openedAhead, recheckDue } from './phases/resting.ts';
import { turnOn, wantOn, wantOff, portClosed, stoppedOne } from './phases/stopping.ts';
import {
  successorReady,
  liveEnded,
  foundHealthy,
  foundUnhealthy,
  liveComplained,
  suspect,
  probeFailed,
  unproven,
  heldWhileUp,
  triggeredWhileUp,
  insistWhileUp,
  reconfiguredWhileUp,
  suspendedWhileUp,
  dueWhileUp,
} from './phases/up.ts';

type Table = { readonly [T in ForwardEventType]: { readonly [P in ForwardPhase]: Handler<T, P> } };

// prettier-ignore
const table: Table = {
  'turned-on':    { off: turnOn,   connecting: ignored,             up: ignored,             waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: wantOn },
  'turned-off':   { off: ignored,  connecting: turnOff,             up: turnOff,             waiting: turnOff,      retrying: turnOff,      failed: turnOff,      stopping: wantOff },
  'port-opened':  { off: ignored,  connecting: portOpened,          up: ignored,             waiting: openedAhead,  retrying: ignored,      failed: portFreed,    stopping: ignored },
  'port-failed':  { off: ignored,  connecting: portFailed,          up: ignored,             waiting: portFailed,   retrying: ignored,      failed: portFailed,   stopping: ignored },
  'port-closed':  { off: ignored,  connecting: ignored,             up: ignored,             waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: portClosed },
  'tunnel-ready': { off: ignored,  connecting: firstReady,          up: successorReady,      waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'tunnel-ended': { off: ignored,  connecting: tryEnded,            up: liveEnded,           waiting: drainedEnded, retrying: drainedEnded, failed: drainedEnded, stopping: stoppedOne },
  'healthy':      { off: ignored,  connecting: ignored,             up: foundHealthy,        waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'unhealthy':    { off: ignored,  connecting: ignored,             up: foundUnhealthy,      waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'suspected':    { off: ignored,  connecting: ignored,             up: suspect,             waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'complained':   { off: ignored,  connecting: complain,            up: liveComplained,      waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'unproven':     { off: ignored,  connecting: ignored,             up: unproven,            waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'probe-failed': { off: ignored,  connecting: ignored,             up: probeFailed,         waiting: ignored,      retrying: ignored,      failed: ignored,      stopping: ignored },
  'triggered':    { off: noteWake, connecting: wokeWhileConnecting, up: triggeredWhileUp,    waiting: rearm,        retrying: rearm,        failed: rearm,        stopping: noteWake },
  'insisted':     { off: ignored,  connecting: ignored,             up: insistWhileUp,       waiting: insist,       retrying: insist,       failed: insist,       stopping: ignored },
  'held':         { off: ignored,  connecting: ignored,             up: heldWhileUp,         waiting: hold,         retrying: hold,         failed: ignored,      stopping: ignored },
  'reconfigured': { off: ignored,  connecting: tryAnew,             up: reconfiguredWhileUp, waiting: tryChanged,   retrying: tryChanged,   failed: tryChanged,   stopping: ignored },
  'suspended':    { off: suspend,  connecting: suspend,             up: suspendedWhileUp,    waiting: suspend,      retrying: suspendRetry, failed: suspend,      stopping: suspend },
  'due':          { off: ignored,  connecting: ignored,             up: dueWhileUp,          waiting: ignored,      retrying: retryDue,     failed: recheckDue,   stopping: ignored },
};

/** One step. Total: never throws, whatever the event. */
export function transition(state: ForwardState, event: ForwardEvent, context: TransitionContext): Transition {
  // The table's type has proved that the cell fits both the phase and the event.
  const handle = table[event.type][state.situation.phase] as (
    state: ForwardState,
    event: ForwardEvent,
    context: TransitionContext,
  ) => Transition;
  return handle(state, event, context);
}

/** What holds while this state lasts. */
export function standingOf(state: ForwardState): Standing {
  const { situation } = state;
  const dueAt = state.suspended ? null : dueAtOf(situation);
  switch (situation.phase) {
    case 'up':
      return { clients: { kind: 'route', tunnel: situation.tunnel }, watched: situation.tunnel, dueAt };
    case 'connecting':
    case 'retrying':
    case 'waiting':
      return { clients: { kind: 'hold' }, watched: null, dueAt };
    case 'off':
    case 'failed':
    case 'stopping':
      return { clients: { kind: 'refuse' }, watched: null, dueAt };
  }
}

function dueAtOf(situation: Situation): number | null {
  switch (situation.phase) {
    case 'up': {
      const { stableAt, replacement } = situation;
      const retryAt = replacement.kind === 'scheduled' ? replacement.retryAt : null;
      return stableAt === null ? retryAt : retryAt === null ? stableAt : Math.min(stableAt, retryAt);
    }
    case 'retrying':
      return situation.retryAt;
    case 'failed':
      return situation.recheckAt;
    case 'off':
    case 'connecting':
    case 'waiting':
    case 'stopping':
      return null;
  }
}
