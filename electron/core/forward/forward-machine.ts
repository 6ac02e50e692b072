/**
 * The state machine of one service. Pure and total; the runner performs the effects.
 *
 * 1. The table has a cell for every phase × event. Ignored events are explicit.
 * 2. One tunnel serves clients, and one may be starting to replace it. Older tunnels may still be draining: none is
 *    stopped while it carries connections, unless it is dead. While many drain, no tunnel is started as a precaution.
 * 3. Every started tunnel ends: it stays in the state until its `tunnel-ended` arrives. Nothing waits for that event.
 * 4. Off means off: in phase `off` no tunnel is alive and the port is closed.
 * 5. `desired` changes only when the service is turned on or off, never because of a failure.
 * 6. While suspended, no failure is counted and no timer fires.
 * 7. Green is earned: a service is healthy only after a check has passed through this very tunnel, or bytes have come
 *    back through it to a client, and after its transport has given the proof that it owes. A healthy service has no cause.
 * 8. Pending work is part of the state: a proof that is owed, a successor that is wanted (`pursue`). Neither is lost
 *    because it could not be acted on right away.
 * 9. Every wait ends: each waiting phase has a retry time, or its transport retries, or its cause says that a try would
 *    do harm, or the policy disables restarts. Only `idle` waits for a client, because the user wants it to.
 * 10. While its transport is down, no failure leads to a try unless a client waits. "Try Again" then makes the transport
 *     try; retrying this one service by name, or turning it on, still starts a try.
 * 11. Tunnels are never started back to back without end: the restart policy spaces failures and doubts alike. A
 *     successor whose login failed waits for the triggers of its cause.
 */
import { turnsClientsAway } from '../../../shared/failure.ts';
import type { Handler } from './forward-handler.ts';
import { ignored, turnOff } from './forward-moves.ts';
import type {
  ClientPolicy,
  ForwardEvent,
  ForwardEventType,
  ForwardPhase,
  ForwardState,
  In,
  Situation,
  Outputs,
  Transition,
  TransitionContext,
} from './forward-state.ts';
import {
  suspend,
  noteWake,
  formerChecked,
  formerEnded,
  complain,
  tryChanged,
  rearm,
  forceRetry,
  transportDown,
  transportDownAfterFailure,
} from './phases/any-phase.ts';
import {
  portOpened,
  portFailed,
  firstReady,
  tryEnded,
  tryReconfigured,
  triggeredWhileConnecting,
} from './phases/connecting.ts';
import { openedWhileIdle, reconfiguredWhileIdle, triggeredWhileIdle } from './phases/idle.ts';
import {
  suspendRetry,
  retryDue,
  portFreed,
  openedAhead,
  recheckFailed,
  recheckWaiting,
} from './phases/resting.ts';
import { turnOn, wantOn, wantOff, portClosed, stoppedOne } from './phases/stopping.ts';
import {
  successorReady,
  liveEnded,
  checked,
  liveComplained,
  transportDownWhileUp,
  triggeredWhileUp,
  forceRetryWhileUp,
  reconfiguredWhileUp,
  suspendedWhileUp,
  dueWhileUp,
  unusedWhileUp,
} from './phases/up.ts';

type Table = { readonly [T in ForwardEventType]: { readonly [P in ForwardPhase]: Handler<T, P> } };

// prettier-ignore
const table: Table = {
  'turned-on':      { off: turnOn,   idle: ignored,               connecting: ignored,                  up: ignored,              waiting: ignored,        retrying: ignored,       failed: ignored,                   stopping: wantOn },
  'turned-off':     { off: ignored,  idle: turnOff,               connecting: turnOff,                  up: turnOff,              waiting: turnOff,        retrying: turnOff,       failed: turnOff,                   stopping: wantOff },
  'port-opened':    { off: ignored,  idle: openedWhileIdle,       connecting: portOpened,               up: ignored,              waiting: openedAhead,    retrying: ignored,       failed: portFreed,                 stopping: ignored },
  'port-failed':    { off: ignored,  idle: portFailed,            connecting: portFailed,               up: ignored,              waiting: portFailed,     retrying: ignored,       failed: portFailed,                stopping: ignored },
  'port-closed':    { off: ignored,  idle: ignored,               connecting: ignored,                  up: ignored,              waiting: ignored,        retrying: ignored,       failed: ignored,                   stopping: portClosed },
  'tunnel-ready':   { off: ignored,  idle: ignored,               connecting: firstReady,               up: successorReady,       waiting: ignored,        retrying: ignored,       failed: ignored,                   stopping: ignored },
  'tunnel-ended':   { off: ignored,  idle: formerEnded,           connecting: tryEnded,                 up: liveEnded,            waiting: formerEnded,    retrying: formerEnded,   failed: formerEnded,               stopping: stoppedOne },
  'checked':        { off: ignored,  idle: formerChecked,         connecting: formerChecked,            up: checked,              waiting: formerChecked,  retrying: formerChecked, failed: formerChecked,             stopping: ignored },
  'complained':     { off: ignored,  idle: ignored,               connecting: complain,                 up: liveComplained,       waiting: ignored,        retrying: ignored,       failed: ignored,                   stopping: ignored },
  'triggered':      { off: noteWake, idle: triggeredWhileIdle,    connecting: triggeredWhileConnecting, up: triggeredWhileUp,     waiting: rearm,          retrying: rearm,         failed: rearm,                     stopping: noteWake },
  'retry-forced':   { off: ignored,  idle: forceRetry,            connecting: ignored,                  up: forceRetryWhileUp,    waiting: forceRetry,     retrying: forceRetry,    failed: forceRetry,                stopping: ignored },
  'transport-down': { off: ignored,  idle: ignored,               connecting: ignored,                  up: transportDownWhileUp, waiting: transportDown,  retrying: transportDown, failed: transportDownAfterFailure, stopping: ignored },
  'reconfigured':   { off: ignored,  idle: reconfiguredWhileIdle, connecting: tryReconfigured,          up: reconfiguredWhileUp,  waiting: tryChanged,     retrying: tryChanged,    failed: tryChanged,                stopping: ignored },
  'suspended':      { off: suspend,  idle: suspend,               connecting: suspend,                  up: suspendedWhileUp,     waiting: suspend,        retrying: suspendRetry,  failed: suspend,                   stopping: suspend },
  'unused':         { off: ignored,  idle: ignored,               connecting: ignored,                  up: unusedWhileUp,        waiting: ignored,        retrying: ignored,       failed: ignored,                   stopping: ignored },
  'due':            { off: ignored,  idle: ignored,               connecting: ignored,                  up: dueWhileUp,           waiting: recheckWaiting, retrying: retryDue,      failed: recheckFailed,             stopping: ignored },
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

/** What this state asks for as long as it lasts (the outputs of a Moore machine). */
export function outputsOf(state: ForwardState): Outputs {
  const { situation } = state;
  const dueAt = state.suspended ? null : dueAtOf(situation);
  if (situation.phase === 'up') {
    const { tunnel, proof } = situation;
    const debt = proof.kind === 'owed' ? proof : null;
    return { clients: clientsWhileUp(situation), watched: tunnel, debt, dueAt };
  }
  return { clients: { kind: clientsWithout(state) }, watched: null, debt: null, dueAt };
}

/** A tunnel that is probably dead takes no clients. One that cannot prove itself does: there is no evidence against it. */
function clientsWhileUp({ tunnel, proof, isTrusted }: In<'up'>['situation']): ClientPolicy {
  const mayBeDead = proof.kind === 'silent' || (proof.kind === 'owed' && proof.strict);
  return mayBeDead ? { kind: 'hold' } : { kind: 'tunnel', tunnel, isTrusted };
}

/** Clients wait as long as the hold allows, unless nothing can change in the meantime. */
function clientsWithout({ situation, cause }: ForwardState): 'hold' | 'refuse' {
  switch (situation.phase) {
    case 'idle':
    case 'connecting':
    case 'retrying':
    case 'waiting':
    case 'up':
      return 'hold';
    case 'failed':
      return cause === null || turnsClientsAway(cause) ? 'refuse' : 'hold';
    case 'off':
    case 'stopping':
      return 'refuse';
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
    case 'waiting':
      return situation.recheckAt;
    case 'off':
    case 'idle':
    case 'connecting':
    case 'stopping':
      return null;
  }
}
