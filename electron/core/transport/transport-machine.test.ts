import { describe, expect, it } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { defaultRestartPolicy } from '../config/service-defaults.ts';
import { carrierOf, dueAtOf, transition } from './transport-machine.ts';
import {
  initialTransportState,
  type TransportEvent,
  type TransportSituation,
  type TransportState,
} from './transport-state.ts';

const refused = describeCause('connection-refused');
const killed = describeCause('killed');
const closed = describeCause('closed-by-remote');
const authFailed = describeCause('auth-failed', { host: 'bastion' });

/** Plays events, and records the result of each: `event → status: effects`. */
class Play {
  state: TransportState = initialTransportState;
  now = 0;
  isLeased = true;
  clientsWait = false;
  isPromptingUser = false;
  lines: string[] = [];

  on(...events: readonly TransportEvent[]): this {
    for (const event of events) {
      const { now, isLeased, clientsWait, isPromptingUser } = this;
      const context = {
        now,
        random: 0.5,
        policy: defaultRestartPolicy,
        isLeased,
        clientsWait,
        isPromptingUser,
        lingerMs: 60_000,
      };
      const { state, effects } = transition(this.state, event, context);
      this.state = state;
      const done = effects.map((effect) =>
        [effect.type, effect.carrier, ...('forced' in effect && effect.forced ? ['forced'] : [])].join(' '),
      );
      this.lines.push(
        `${event.type} → ${inWords(state.situation)}${done.length > 0 ? `: ${done.join(', ')}` : ''}`,
      );
    }
    return this;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  get last(): string {
    return this.lines.at(-1) ?? '';
  }

  /** The time to its next attempt or close, in ms. */
  get dueInMs(): number | null {
    const dueAt = dueAtOf(this.state);
    return dueAt === null ? null : dueAt - this.now;
  }

  static up(neededUser = false): Play {
    const play = new Play().on(wanted, ready(1, neededUser));
    play.lines = [];
    return play;
  }
}

function inWords(situation: TransportSituation): string {
  switch (situation.status) {
    case 'closed':
    case 'waiting':
      return situation.status;
    case 'opening':
    case 'up':
      return `${situation.status} ${situation.carrier}`;
    case 'doubtful': {
      const { carrier, successor } = situation;
      const beside = successor.kind === 'opening' ? String(successor.carrier) : successor.kind;
      return `doubtful ${carrier} + ${beside}`;
    }
  }
}

const wanted: TransportEvent = { type: 'wanted', forced: false };
const forced: TransportEvent = { type: 'wanted', forced: true };
const due: TransportEvent = { type: 'due' };
const wake: TransportEvent = { type: 'interrupted', certain: true };
const ready = (carrier: number, neededUser = false): TransportEvent => ({
  type: 'ready',
  carrier,
  neededUser,
});
const ended = (carrier: number, cause: Cause | null = refused, isUnused = false): TransportEvent => ({
  type: 'ended',
  carrier,
  cause,
  isUnused,
});
const silent = (carrier: number): TransportEvent => ({ type: 'silent', carrier });
const proven = (carrier: number): TransportEvent => ({ type: 'proven', carrier });

describe('a transport', () => {
  it('opens when it is wanted, serves all, and closes a minute after the last lease', () => {
    const play = new Play().on(wanted, wanted, ready(1), wanted);
    play.isLeased = false;
    play.on({ type: 'abandoned' });
    expect(play.dueInMs).toBe(60_000);
    play.after(60_000).on(due);
    expect(play.lines).toEqual([
      'wanted → opening 1: open 1',
      'wanted → opening 1',
      'ready → up 1',
      'wanted → up 1',
      'abandoned → up 1',
      'due → closed: stop 1',
    ]);
  });

  it('is kept by a new attachment within that minute', () => {
    const play = Play.up().on({ type: 'abandoned' }).after(59_000).on(wanted);
    expect([play.last, play.dueInMs]).toEqual(['wanted → up 1', null]);
  });

  it('stops what it opens when there is no lease any more', () => {
    expect(new Play().on(wanted, { type: 'abandoned' }).last).toBe('abandoned → closed: stop 1');
    const doubtful = Play.up().on(silent(1), { type: 'abandoned' });
    expect(doubtful.last).toBe('abandoned → closed: stop 1, stop 2');
  });

  it('is reopened at once when it breaks, and forwards are notified only if that fails, too', () => {
    const play = Play.up().on(ended(1, killed));
    expect([play.last, play.state.trouble]).toEqual(['ended → opening 2: open 2', null]);
    play.on(ended(2));
    expect([play.last, play.state.trouble, play.dueInMs]).toEqual(['ended → waiting', refused, 1_000]);
    play.after(1_000).on(due, ready(3));
    expect([play.last, play.state.trouble]).toEqual(['ready → up 3', null]);
  });

  it('forgets failures once it has been up for a while, and not before', () => {
    const play = Play.up().on(ended(1, killed), ready(2), ended(2, killed));
    expect([play.last, play.dueInMs]).toEqual(['ended → waiting', 1_000]);
    play.after(1_000).on(due, ready(3)).after(60_000).on(due, ended(3, killed));
    expect(play.last).toBe('ended → opening 4: open 4');
  });

  it('waits for the user if a retry does harm or no good, and retries when the user forces it', () => {
    const play = new Play().on(wanted, ended(1, authFailed));
    expect([play.last, play.state.trouble]).toEqual(['ended → waiting', authFailed]);
    expect(play.dueInMs).toBeGreaterThanOrEqual(60_000);
    play.on(forced);
    expect(play.last).toBe('wanted → opening 2: open 2 forced');
  });

  it('is brought forward by a client, as near to the last attempt as is sensible', () => {
    const play = Play.up().on(ended(1, killed), ended(2));
    play.on(wanted);
    expect([play.last, play.dueInMs]).toEqual(['wanted → waiting', 300]);
    play.after(300).on(wanted);
    expect(play.last).toBe('wanted → opening 3: open 3');
  });

  it('resets when no forward waits for it', () => {
    const play = Play.up();
    play.isLeased = false;
    expect(play.on(ended(1, killed)).last).toBe('ended → closed');
  });

  it('is reopened silently when the server closed it as idle, with a delay if it lived only for moments', () => {
    const play = Play.up()
      .after(60_000)
      .on(ended(1, closed, true));
    expect([play.last, play.state.history.failures]).toEqual(['ended → opening 2: open 2', 0]);
    play
      .on(ready(2))
      .after(1_000)
      .on(ended(2, closed, true), ready(3))
      .after(1_000)
      .on(ended(3, closed, true));
    expect([play.last, play.state.trouble, play.dueInMs]).toEqual(['ended → waiting', null, 1_000]);
  });
});

describe('a doubtful transport', () => {
  it('opens another carrier beside the silent one, moves to it, and drains the old one', () => {
    const play = Play.up().on(silent(1));
    expect([play.last, carrierOf(play.state)]).toEqual(['silent → doubtful 1 + 2: open 2', 2]);
    expect(play.on(ready(2)).last).toBe('ready → up 2: drain 1');
  });

  it('keeps the old carrier if it was only slow', () => {
    expect(Play.up().on(silent(1), proven(1)).last).toBe('proven → up 1: stop 2');
  });

  it('continues to open the other one when the silent one ends', () => {
    expect(Play.up().on(silent(1), ended(1, closed), ready(2)).last).toBe('ready → up 2');
  });

  it('retries to open one, and offers no carrier before', () => {
    const play = Play.up().on(silent(1), ended(2));
    expect([play.last, play.dueInMs]).toEqual(['ended → doubtful 1 + scheduled', 0]);
    expect(carrierOf(play.state)).toBeNull();
    expect(play.on(due, ended(3)).dueInMs).toBe(1_000);
  });

  it('opens no second carrier if the login needed the user: new attachments wait with the first', () => {
    const play = Play.up(true).on(silent(1), wanted);
    expect([play.last, carrierOf(play.state)]).toEqual(['wanted → doubtful 1 + none', 1]);
    expect(play.on(ended(1, closed)).last).toBe('ended → opening 2: open 2');
  });

  it('opens no second carrier during a sign-in unless the user forces it, but does after a failed sign-in', () => {
    const play = Play.up();
    play.isPromptingUser = true;
    expect(play.on(silent(1), wanted, { type: 'triggered', trigger: 'network' }, silent(1)).last).toBe(
      'silent → doubtful 1 + none',
    );
    play.isPromptingUser = false;
    expect(play.on(silent(1)).last).toBe('silent → doubtful 1 + 2: open 2');
    const user = Play.up();
    user.isPromptingUser = true;
    expect(user.on(silent(1), forced).last).toBe('wanted → doubtful 1 + 2: open 2 forced');
  });

  it('postpones a successor that is due until no sign-in is running', () => {
    const play = Play.up().on(silent(1), ended(2));
    play.isPromptingUser = true;
    expect(play.on(due).last).toBe('due → doubtful 1 + none');
    play.isPromptingUser = false;
    expect(play.on(silent(1)).last).toBe('silent → doubtful 1 + 3: open 3');
  });

  it('gives up at once a carrier that can never answer; its users may finish', () => {
    const play = Play.up().on({ type: 'condemned', carrier: 1, cause: killed });
    expect(play.last).toBe('condemned → opening 2: drain 1, open 2');
  });

  it('is renewed beside itself when the user requests it, and stays as it is when that fails', () => {
    const play = Play.up().on({ type: 'renewed' });
    expect([play.last, carrierOf(play.state)]).toEqual(['renewed → doubtful 1 + 2: open 2 forced', 2]);
    expect(play.on(ended(2)).last).toBe('ended → up 1');
    expect(play.on({ type: 'renewed' }, ready(3)).last).toBe('ready → up 3: drain 1');
  });
});

describe('a transport after a sleep or a network change', () => {
  it('proves an open carrier with one probe', () => {
    expect(Play.up().on({ type: 'suspended' }, wake).last).toBe('interrupted → up 1: prove 1');
  });

  it('leaves a carrier with a running sign-in alone', () => {
    const play = new Play().on(wanted);
    play.isPromptingUser = true;
    expect(play.on(wake).last).toBe('interrupted → opening 1');
  });

  it('restarts an attempt in progress, unless there may have been no sleep', () => {
    const opening = (): Play => new Play().on(wanted);
    expect(opening().on(wake).last).toBe('interrupted → opening 2: stop 1, open 2');
    expect(opening().on({ type: 'interrupted', certain: false }).last).toBe('interrupted → opening 1');
  });

  it('retries at once after a sleep, and not while the computer sleeps', () => {
    const play = Play.up().on(ended(1, killed), ended(2), { type: 'suspended' });
    expect([play.last, play.dueInMs]).toEqual(['suspended → waiting', null]);
    expect(play.on(wanted).last).toBe('wanted → waiting');
    expect(play.on(wake).last).toBe('interrupted → opening 3: open 3');
  });

  it('does not count failures while the computer is falling asleep', () => {
    const play = Play.up().on({ type: 'suspended' }, ended(1, closed));
    expect([play.last, play.state.history.failures, play.dueInMs]).toEqual(['ended → waiting', 0, null]);
  });

  it('leaves a login that needs the user to the user', () => {
    const unanswered = describeCause('question-unanswered', { host: 'bastion', askedUser: true });
    const play = new Play().on(wanted, ended(1, unanswered), wake);
    expect(play.last).toBe('interrupted → waiting');
    expect(play.on({ type: 'triggered', trigger: 'network' }).last).toBe('triggered → waiting');
  });

  it('opens the other carrier after the wake if the open one does not answer', () => {
    const play = Play.up().on({ type: 'suspended' }, silent(1));
    expect(play.last).toBe('silent → doubtful 1 + none');
    expect(play.on(wake, silent(1)).last).toBe('silent → doubtful 1 + 2: open 2');
  });
});
