import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { RestartPolicySpec } from '../../../shared/service-spec.ts';
import { standingOf, transition } from './forward-machine.ts';
import { minDemandSpacingMs } from './phases/any-phase.ts';
import { aliveTunnels, portRecheckMs } from './forward-moves.ts';
import { initialForwardState, type Effect, type ForwardEvent, type ForwardState } from './forward-state.ts';

const policy: RestartPolicySpec = {
  enabled: true,
  maxAttempts: 3,
  initialDelayMs: 1_000,
  maxDelayMs: 60_000,
  backoffMultiplier: 2,
};
const killed = describeCause('killed');
const refused = describeCause('connection-refused');
const authFailed = describeCause('auth-failed');
const routeDown = describeCause('route-down', { what: 'The cluster prod' });
const portInUse = describeCause('port-in-use', { port: 5432 });

/** Plays events one by one and writes down phase and effects as a reader would. */
class Play {
  state: ForwardState = initialForwardState;
  now = 0;
  hold: Cause | null = null;
  readonly lines: string[] = [];

  on(...events: ForwardEvent[]): this {
    for (const event of events) {
      const { now, hold } = this;
      const next = transition(this.state, event, { now, random: 0.5, policy, hold });
      this.state = next.state;
      const effects = next.effects.map(effectText).join(', ');
      this.lines.push(`${event.type} → ${situationText(this.state)}${effects === '' ? '' : `: ${effects}`}`);
    }
    return this;
  }

  /** The route goes down, as the runner hears of it. */
  routeGoesDown(): this {
    this.hold = routeDown;
    return this.on({ type: 'held', cause: routeDown });
  }

  routeComesBack(): this {
    this.hold = null;
    return this.on({ type: 'triggered', trigger: 'route' });
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  /** On, connected and up with tunnel 1; the lines so far are forgotten. */
  static up(): Play {
    const play = new Play();
    play.on({ type: 'turned-on' }, { type: 'port-opened' }, { type: 'tunnel-ready', tunnel: 1 });
    play.lines.length = 0;
    return play;
  }
}

function effectText(effect: Effect): string {
  return 'tunnel' in effect ? `${effect.type} ${effect.tunnel}` : effect.type;
}

function situationText(state: ForwardState): string {
  const { situation } = state;
  const extra = state.draining === null ? '' : ` (draining ${state.draining})`;
  switch (situation.phase) {
    case 'connecting':
      return `connecting ${situation.tunnel ?? 'port'}${extra}`;
    case 'up': {
      const { replacement } = situation;
      const next =
        replacement.kind === 'starting'
          ? ` + ${replacement.tunnel}`
          : replacement.kind === 'none'
            ? ''
            : ` + ${replacement.kind}`;
      return `up ${situation.tunnel}${next}${extra}`;
    }
    case 'retrying':
      return `retrying at ${situation.retryAt}${extra}`;
    case 'off':
    case 'waiting':
    case 'failed':
    case 'stopping':
      return `${situation.phase}${extra}`;
  }
}

const ended = (tunnel: number, cause: ForwardState['cause'] = killed): ForwardEvent => ({
  type: 'tunnel-ended',
  tunnel,
  cause,
});

describe('the forward machine', () => {
  it('opens the port, starts a tunnel, and ends both when turned off', () => {
    const play = new Play().on(
      { type: 'turned-on' },
      { type: 'port-opened' },
      { type: 'tunnel-ready', tunnel: 1 },
      { type: 'healthy', tunnel: 1 },
      { type: 'turned-off' },
      ended(1, null),
      { type: 'port-closed' },
    );
    expect(play.lines).toEqual([
      'turned-on → connecting port: open-port',
      'port-opened → connecting 1: start-tunnel 1',
      'tunnel-ready → up 1',
      'healthy → up 1',
      'turned-off → stopping: close-port, stop-tunnel 1',
      'tunnel-ended → stopping',
      'port-closed → off',
    ]);
  });

  it('replaces a dead tunnel at once, then with backoff, then waits for a trigger', () => {
    const play = Play.up().on(ended(1), ended(2)).after(1_000).on({ type: 'due' }, ended(3)).after(2_000);
    play.on({ type: 'due' }, ended(4), { type: 'triggered', trigger: 'network' });
    expect(play.lines).toEqual([
      'tunnel-ended → connecting 2: start-tunnel 2',
      'tunnel-ended → retrying at 1000',
      'due → connecting 3: start-tunnel 3',
      'tunnel-ended → retrying at 3000',
      'due → connecting 4: start-tunnel 4',
      'tunnel-ended → waiting',
      'triggered → connecting 5: start-tunnel 5',
    ]);
    expect(play.state.history.failures).toBe(0);
  });

  it('does not forgive a tunnel that comes up and dies soon', () => {
    const play = Play.up().on(ended(1), { type: 'tunnel-ready', tunnel: 2 }, { type: 'healthy', tunnel: 2 });
    play.after(9_000).on({ type: 'due' }, ended(2));
    expect(play.lines.at(-1)).toBe('tunnel-ended → retrying at 10000');
  });

  it('forgives a tunnel that stayed healthy', () => {
    const play = Play.up().on(ended(1), { type: 'tunnel-ready', tunnel: 2 }, { type: 'healthy', tunnel: 2 });
    play.after(10_000).on({ type: 'due' }, ended(2));
    expect(play.lines.at(-1)).toBe('tunnel-ended → connecting 3: start-tunnel 3');
  });

  it('refuses clients and waits for its trigger when only the user can help', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-opened' }, ended(1, authFailed));
    expect(play.lines.at(-1)).toBe('tunnel-ended → failed');
    expect(standingOf(play.state).clients).toEqual({ kind: 'refuse' });
    play.on({ type: 'triggered', trigger: 'network' }, { type: 'triggered', trigger: 'credentials' });
    expect(play.lines.slice(-2)).toEqual(['triggered → failed', 'triggered → connecting 2: start-tunnel 2']);
  });

  it('looks every two seconds whether a taken port is free, and goes on by itself when it is', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    expect(standingOf(play.state).dueAt).toBe(portRecheckMs);
    play.after(portRecheckMs).on({ type: 'due' }, { type: 'port-failed', cause: portInUse });
    play.after(portRecheckMs).on({ type: 'due' }, { type: 'port-opened' });
    expect(play.lines.slice(1)).toEqual([
      'port-failed → failed',
      'due → failed: open-port',
      'port-failed → failed',
      'due → failed: open-port',
      'port-opened → connecting 1: start-tunnel 1',
    ]);
  });

  it('makes before it breaks when the connection is changed', () => {
    const play = Play.up().on({ type: 'reconfigured' }, { type: 'tunnel-ready', tunnel: 2 }, ended(1, null));
    expect(play.lines).toEqual([
      'reconfigured → up 1 + 2: start-tunnel 2',
      'tunnel-ready → up 2 (draining 1): drain-tunnel 1',
      'tunnel-ended → up 2',
    ]);
  });

  it('sends nobody to the old tunnel any more when the way that the config asks for now fails', () => {
    const play = Play.up().on({ type: 'reconfigured' }, ended(2, authFailed), { type: 'healthy', tunnel: 1 });
    expect(play.lines.slice(1)).toEqual([
      'tunnel-ended → failed (draining 1): drain-tunnel 1',
      'healthy → failed (draining 1)',
    ]);
    expect([play.state.cause?.code, play.state.desired]).toEqual(['auth-failed', 'on']);
  });

  it('goes on trying the way that the config asks for now, however well the old tunnel is', () => {
    const play = Play.up().on({ type: 'healthy', tunnel: 1 }, { type: 'reconfigured' }, ended(2, refused));
    play.on({ type: 'healthy', tunnel: 1 }, ended(3, refused)).after(1_000).on({ type: 'due' });
    play.on({ type: 'tunnel-ready', tunnel: 4 });
    expect(play.lines.slice(2)).toEqual([
      'tunnel-ended → connecting 3 (draining 1): drain-tunnel 1, start-tunnel 3',
      'healthy → connecting 3 (draining 1)',
      'tunnel-ended → retrying at 1000 (draining 1)',
      'due → connecting 4 (draining 1): start-tunnel 4',
      'tunnel-ready → up 4 (draining 1)',
    ]);
  });

  it('begins the replacement anew when the config changes during it', () => {
    const play = Play.up().on({ type: 'reconfigured' }, { type: 'reconfigured' }, ended(2, null));
    expect(play.lines.slice(1)).toEqual([
      'reconfigured → up 1 + 2: stop-tunnel 2',
      'tunnel-ended → up 1 + 3: start-tunnel 3',
    ]);
  });

  it('ends a draining tunnel before a third one starts', () => {
    const play = Play.up().on(
      { type: 'reconfigured' },
      { type: 'tunnel-ready', tunnel: 2 },
      { type: 'reconfigured' },
    );
    play.on(ended(1, null));
    expect(play.lines.slice(2)).toEqual([
      'reconfigured → up 2 + queued (draining 1): stop-tunnel 1',
      'tunnel-ended → up 2 + 3: start-tunnel 3',
    ]);
  });

  it('falls over to the successor when the old tunnel dies during a replacement', () => {
    const play = Play.up().on({ type: 'reconfigured' }, ended(1), { type: 'tunnel-ready', tunnel: 2 });
    expect(play.lines.slice(1)).toEqual(['tunnel-ended → connecting 2', 'tunnel-ready → up 2']);
  });

  it('replaces an unhealthy tunnel by policy and leaves it running when the policy allows no more', () => {
    const play = Play.up();
    for (const tunnel of [1, 2, 3]) {
      play.on({ type: 'unhealthy', tunnel, cause: refused }).after(5_000).on({ type: 'due' });
      play.on({ type: 'tunnel-ready', tunnel: tunnel + 1 }, ended(tunnel, null));
    }
    play.on({ type: 'unhealthy', tunnel: 4, cause: refused });
    expect(play.lines.at(-1)).toBe('unhealthy → up 4');
    expect([play.state.health, play.state.cause?.code, standingOf(play.state).dueAt]).toEqual([
      'unhealthy',
      'connection-refused',
      null,
    ]);
  });

  it('gives an unhealthy tunnel whose tries are used up another one when the restart policy is changed', () => {
    const play = Play.up();
    for (const tunnel of [1, 2, 3]) {
      play.on({ type: 'unhealthy', tunnel, cause: refused }).after(5_000).on({ type: 'due' });
      play.on({ type: 'tunnel-ready', tunnel: tunnel + 1 }, ended(tunnel, null));
    }
    play.on({ type: 'unhealthy', tunnel: 4, cause: refused }, { type: 'triggered', trigger: 'config' });
    expect(play.lines.at(-1)).toBe('triggered → up 4 + 5: start-tunnel 5');
    expect(Play.up().on({ type: 'triggered', trigger: 'config' }).lines).toEqual(['triggered → up 1']);
  });

  it('explains a failed check by what the tunnel itself complained of', () => {
    const complaint = describeCause('target-refused', { host: 'db' });
    const play = Play.up().on(
      { type: 'complained', tunnel: 1, cause: complaint },
      { type: 'unhealthy', tunnel: 1, cause: refused },
    );
    expect(play.state.cause).toEqual(complaint);
  });

  it('probes after a wake and lets clients wait for a new tunnel when there is no answer', () => {
    const play = Play.up().on({ type: 'suspended' }, { type: 'triggered', trigger: 'wake' });
    play.on({ type: 'probe-failed', tunnel: 1, cause: refused });
    expect(play.lines).toEqual([
      'suspended → up 1',
      'triggered → up 1: probe-now 1',
      'probe-failed → connecting 2 (draining 1): drain-tunnel 1, start-tunnel 2',
    ]);
    expect(standingOf(play.state).clients).toEqual({ kind: 'hold' });
  });

  it('replaces a tunnel as a precaution when its check proves nothing, unless an older one still carries connections', () => {
    const play = Play.up().on({ type: 'unproven', tunnel: 1 }, { type: 'tunnel-ready', tunnel: 2 });
    play.on({ type: 'unproven', tunnel: 2 });
    expect(play.lines).toEqual([
      'unproven → up 1 + 2: start-tunnel 2',
      'tunnel-ready → up 2 (draining 1): drain-tunnel 1',
      'unproven → up 2 (draining 1)',
    ]);
  });

  it('keeps a tunnel whose probe failed for a reason that no other tunnel would mend', () => {
    const cause = describeCause('certificate-invalid');
    const play = Play.up().on({ type: 'suspected', tunnel: 1 }, { type: 'probe-failed', tunnel: 1, cause });
    expect([play.lines.at(-1), play.state.health]).toEqual(['probe-failed → up 1', 'unhealthy']);
  });

  it('counts no failure and no time while suspended', () => {
    const play = Play.up().on(
      { type: 'suspended' },
      ended(1),
      { type: 'triggered', trigger: 'network' },
      { type: 'triggered', trigger: 'wake' },
    );
    expect(play.lines.slice(1)).toEqual([
      'tunnel-ended → waiting',
      'triggered → waiting',
      'triggered → connecting 2: start-tunnel 2',
    ]);
    expect(play.state.history.failures).toBe(0);
  });

  it('lets nothing fall due while suspended, not even the look at a taken port', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    play.on({ type: 'suspended' });
    expect(standingOf(play.state).dueAt).toBeNull();
    play.on({ type: 'triggered', trigger: 'wake' });
    expect(standingOf(play.state).dueAt).toBe(portRecheckMs);
  });

  it('begins a try anew that was under way when the computer fell asleep', () => {
    const play = Play.up().on(
      ended(1),
      { type: 'suspended' },
      { type: 'triggered', trigger: 'wake' },
      ended(2, null),
    );
    expect(play.lines.slice(-2)).toEqual([
      'triggered → connecting 2: stop-tunnel 2',
      'tunnel-ended → connecting 3: start-tunnel 3',
    ]);
  });

  it('drops the retry timer at suspend and starts at wake', () => {
    const play = Play.up().on(ended(1), ended(2), { type: 'suspended' });
    expect(standingOf(play.state).dueAt).toBeNull();
    play.on({ type: 'due' }, { type: 'triggered', trigger: 'wake' });
    expect(play.lines.slice(-3)).toEqual([
      'suspended → waiting',
      'due → waiting',
      'triggered → connecting 3: start-tunnel 3',
    ]);
  });

  it('lets a waiting client bring a try forward, but not in a tight loop', () => {
    const play = Play.up().on(ended(1), ended(2), { type: 'triggered', trigger: 'demand' });
    expect(play.lines.at(-1)).toBe('triggered → retrying at 1000');
    const waiting = Play.up().on(ended(1), ended(2)).after(1_000).on({ type: 'due' }, ended(3)).after(2_000);
    waiting
      .on({ type: 'due' }, ended(4))
      .after(minDemandSpacingMs)
      .on({ type: 'triggered', trigger: 'demand' }, ended(5));
    expect(waiting.lines.slice(-2)).toEqual([
      'triggered → connecting 5: start-tunnel 5',
      'tunnel-ended → waiting',
    ]);
  });

  it('starts again after stopping when it was turned on meanwhile', () => {
    const play = Play.up().on(
      { type: 'turned-off' },
      { type: 'turned-on' },
      { type: 'port-closed' },
      ended(1, null),
    );
    expect(play.lines.at(-1)).toBe('tunnel-ended → connecting port: open-port');
  });
});

describe('the forward machine on a route that is down', () => {
  it('holds back what was to be retried, counts nothing, and starts it when the route is back', () => {
    const play = Play.up().on(ended(1), ended(2)).routeGoesDown().on({ type: 'due' });
    const { failures } = play.state.history;
    play.on({ type: 'triggered', trigger: 'network' }, { type: 'triggered', trigger: 'demand' });
    expect([play.state.cause, play.state.history.failures]).toEqual([routeDown, failures]);
    play.routeComesBack();
    expect(play.lines.slice(2)).toEqual([
      'held → waiting',
      'due → waiting',
      'triggered → waiting',
      'triggered → waiting',
      'triggered → connecting 3: start-tunnel 3',
    ]);
    expect(play.state.history.failures).toBe(0);
  });

  it('lets a try that is under way end by itself, and holds back the next', () => {
    const play = Play.up().on(ended(1)).routeGoesDown();
    play.on(ended(2));
    expect(play.lines).toEqual([
      'tunnel-ended → connecting 2: start-tunnel 2',
      'held → connecting 2',
      'tunnel-ended → waiting',
    ]);
    expect([play.state.cause, play.state.history.failures]).toEqual([routeDown, 1]);
  });

  it('releases what had used up all its tries too', () => {
    const play = Play.up();
    for (const tunnel of [1, 2, 3, 4]) play.on(ended(tunnel)).after(60_000).on({ type: 'due' });
    expect(play.lines.at(-1)).toBe('due → waiting');
    play.routeGoesDown().routeComesBack();
    expect(play.lines.slice(-2)).toEqual(['held → waiting', 'triggered → connecting 5: start-tunnel 5']);
  });

  it('leaves a tunnel that is up alone, and replaces an unhealthy one only when the route is back', () => {
    const play = Play.up().routeGoesDown();
    play.on({ type: 'unhealthy', tunnel: 1, cause: refused });
    expect([play.state.health, play.state.cause]).toEqual(['unhealthy', routeDown]);
    play.routeComesBack();
    expect(play.lines).toEqual(['held → up 1', 'unhealthy → up 1', 'triggered → up 1 + 2: start-tunnel 2']);
  });

  it('calls off a replacement that was only planned', () => {
    const play = Play.up().on({ type: 'unhealthy', tunnel: 1, cause: refused }, ended(2));
    expect(standingOf(play.state).dueAt).not.toBeNull();
    play.routeGoesDown();
    expect([standingOf(play.state).dueAt, play.state.cause]).toEqual([null, routeDown]);
    play.routeComesBack();
    expect(play.lines.at(-1)).toBe('triggered → up 1 + 3: start-tunnel 3');
  });

  it('replaces nothing as a precaution, and nothing that has become healthy meanwhile', () => {
    const play = Play.up().routeGoesDown().on({ type: 'unproven', tunnel: 1 });
    play
      .on({ type: 'unhealthy', tunnel: 1, cause: refused }, { type: 'healthy', tunnel: 1 })
      .routeComesBack();
    expect(play.lines.map((line) => line.split(' → ')[1])).toEqual(['up 1', 'up 1', 'up 1', 'up 1', 'up 1']);
  });

  it('leaves a tunnel alone whose check was answered and refused: another one would be refused as well', () => {
    const cause = describeCause('check-refused');
    const play = Play.up().on({ type: 'unhealthy', tunnel: 1, cause }).routeGoesDown();
    expect(play.state.cause).toEqual(cause);
    play.routeComesBack();
    expect(play.lines).toEqual(['unhealthy → up 1', 'held → up 1', 'triggered → up 1']);
  });

  it('asks the route when the user wants a try, and starts it when the route is back', () => {
    const play = Play.up().on(ended(1)).routeGoesDown().on(ended(2));
    play.on({ type: 'triggered', trigger: 'user' }).routeComesBack();
    expect(play.lines.slice(-2)).toEqual([
      'triggered → waiting: ask-route',
      'triggered → connecting 3: start-tunnel 3',
    ]);
  });

  it('asks the route for what failed of something else, network or login, and tries it when the route is back', () => {
    for (const cause of [authFailed, describeCause('network-down')]) {
      const play = Play.up().on(ended(1, cause)).routeGoesDown();
      play.on({ type: 'triggered', trigger: 'user' });
      expect([play.lines.at(-1), play.state.cause]).toEqual(['triggered → waiting: ask-route', routeDown]);
      play.routeComesBack();
      expect(play.lines.at(-1)).toBe('triggered → connecting 2: start-tunnel 2');
    }
  });

  it('opens a taken port that is free again, but starts no tunnel before the route is back', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    play.routeGoesDown().after(portRecheckMs).on({ type: 'due' }, { type: 'port-opened' });
    expect([play.lines.at(-1), play.state.cause]).toEqual(['port-opened → waiting', routeDown]);
    expect(play.routeComesBack().lines.at(-1)).toBe('triggered → connecting 1: start-tunnel 1');
  });

  it('looks whether a taken port is free and asks the route when the user wants a try', () => {
    const taken = (): Play => {
      const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
      return play.routeGoesDown().on({ type: 'triggered', trigger: 'user' });
    };
    const free = taken().on({ type: 'port-opened' }).routeComesBack();
    expect(free.lines.slice(-3)).toEqual([
      'triggered → waiting: open-port, ask-route',
      'port-opened → waiting',
      'triggered → connecting 1: start-tunnel 1',
    ]);
    const late = taken().routeComesBack().on({ type: 'port-opened' });
    expect(late.lines.slice(-2)).toEqual([
      'triggered → connecting port: open-port',
      'port-opened → connecting 1: start-tunnel 1',
    ]);
    const still = taken().on({ type: 'port-failed', cause: portInUse });
    expect([still.lines.at(-1), still.state.cause]).toEqual(['port-failed → failed', portInUse]);
    expect(standingOf(still.state).dueAt).toBe(portRecheckMs);
  });

  it('tries once what is turned on, or off and on, or insisted upon, though its port has to be opened first', () => {
    const on = new Play().routeGoesDown().on({ type: 'turned-on' }, { type: 'port-opened' });
    expect(on.lines.at(-1)).toBe('port-opened → connecting 1: start-tunnel 1');
    const again = on.on(ended(1, refused), { type: 'turned-off' }, { type: 'turned-on' });
    again.on({ type: 'port-closed' }, { type: 'port-opened' });
    expect(again.lines.at(-1)).toBe('port-opened → connecting 2: start-tunnel 2');
    const taken = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    taken.routeGoesDown().on({ type: 'insisted' }, { type: 'port-opened' });
    expect(taken.lines.at(-1)).toBe('port-opened → connecting 1: start-tunnel 1');
  });

  it('asks the route for an unhealthy tunnel too, but replaces one that is well or was answered', () => {
    const user: ForwardEvent = { type: 'triggered', trigger: 'user' };
    const sick = Play.up().routeGoesDown().on({ type: 'unhealthy', tunnel: 1, cause: refused }, user);
    expect(sick.lines.at(-1)).toBe('triggered → up 1: ask-route');
    sick.routeComesBack();
    expect(sick.lines.at(-1)).toBe('triggered → up 1 + 2: start-tunnel 2');
    const answered = Play.up().on({ type: 'unhealthy', tunnel: 1, cause: describeCause('check-refused') });
    expect(answered.routeGoesDown().on(user).lines.at(-1)).toBe('triggered → up 1 + 2: start-tunnel 2');
    expect(Play.up().routeGoesDown().on(user).lines.at(-1)).toBe('triggered → up 1 + 2: start-tunnel 2');
  });

  it('still tries at once when the user insists', () => {
    const play = Play.up().on(ended(1)).routeGoesDown().on(ended(2), { type: 'insisted' });
    expect(play.lines.at(-1)).toBe('insisted → connecting 3: start-tunnel 3');
    const sick = Play.up().routeGoesDown().on({ type: 'unhealthy', tunnel: 1, cause: refused });
    expect(sick.on({ type: 'insisted' }).lines.at(-1)).toBe('insisted → up 1 + 2: start-tunnel 2');
  });

  it('does not touch what waits for something else', () => {
    const play = Play.up().on(ended(1, authFailed)).routeGoesDown().routeComesBack();
    expect([play.state.situation.phase, play.state.cause]).toEqual(['failed', authFailed]);
  });
});

/** After these, only the restart policy can start a tunnel; a replacement that waits for the drained one is planned. */
function retries({ situation }: ForwardState, event: ForwardEvent): boolean {
  if (event.type === 'triggered') return event.trigger === 'user' && situation.phase !== 'up';
  if (event.type === 'port-opened') return situation.phase !== 'connecting';
  const isPlanned = situation.phase === 'up' && situation.replacement.kind === 'queued';
  if (event.type === 'tunnel-ended') return event.cause !== null && !isPlanned;
  return ['due', 'held', 'unhealthy', 'probe-failed', 'unproven'].includes(event.type);
}

/**
 * A world that obeys the effects but answers late, in any order, and misbehaves: tunnels come up, die and hang; the
 * port fails; the computer sleeps; users click.
 */
class World {
  state: ForwardState = initialForwardState;
  now = 0;
  readonly alive = new Set<number>();
  readonly started = new Set<number>();
  readonly stopRequested = new Set<number>();
  hold: Cause | null = null;
  /** The user wants to know whether the route is back. */
  isRouteAsked = false;
  portOpen = false;
  portRequest: 'open' | 'close' | null = null;
  readonly violations: string[] = [];

  send(event: ForwardEvent): void {
    const { state: before, now, hold } = this;
    const desiredBefore = before.desired;
    const { state, effects } = transition(before, event, { now, random: 0.3, policy, hold });
    this.state = state;
    if (hold !== null && retries(before, event) && effects.some(({ type }) => type === 'start-tunnel'))
      this.violations.push(`a try on a route that is down after ${JSON.stringify(event)}`);
    for (const effect of effects) this.perform(effect);
    this.check(event, desiredBefore);
  }

  perform(effect: Effect): void {
    switch (effect.type) {
      case 'open-port':
        this.portRequest = 'open';
        return;
      case 'close-port':
        this.portRequest = 'close';
        return;
      case 'start-tunnel':
        if (this.started.has(effect.tunnel)) this.violations.push(`tunnel ${effect.tunnel} started twice`);
        this.started.add(effect.tunnel);
        this.alive.add(effect.tunnel);
        return;
      case 'stop-tunnel':
      case 'drain-tunnel':
        if (!this.alive.has(effect.tunnel))
          this.violations.push(`${effect.type} ${effect.tunnel}, which is not alive`);
        if (effect.type === 'stop-tunnel') this.stopRequested.add(effect.tunnel);
        return;
      case 'ask-route':
        if (this.hold === null) this.violations.push('a route that is open is asked whether it is back');
        this.isRouteAsked = true;
        return;
      case 'probe-now':
        return;
    }
  }

  check(event: ForwardEvent, desiredBefore: string): void {
    const { situation, draining } = this.state;
    const fail = (what: string): void => void this.violations.push(`${what} after ${JSON.stringify(event)}`);
    if (this.alive.size > 2) fail('more than two tunnels');
    if (this.alive.size === 2 && situation.phase !== 'stopping') {
      const replacing =
        draining !== null || (situation.phase === 'up' && situation.replacement.kind === 'starting');
      if (!replacing) fail('two tunnels without a replacement');
    }
    if (situation.phase === 'off' && (this.alive.size > 0 || this.portOpen)) fail('off with something alive');
    const known = new Set(aliveTunnels(this.state));
    for (const tunnel of this.alive) if (!known.has(tunnel)) fail(`tunnel ${tunnel} forgotten`);
    for (const tunnel of known)
      if (!this.alive.has(tunnel)) fail(`tunnel ${tunnel} remembered though it ended`);
    const clicked = event.type === 'turned-on' || event.type === 'turned-off';
    if (!clicked && this.state.desired !== desiredBefore) fail('desired changed by itself');
    const clients = standingOf(this.state).clients;
    if (clients.kind === 'route' && !this.alive.has(clients.tunnel)) fail('clients routed to a dead tunnel');
  }

  /** One thing that the world may do; `pick` chooses among what is alive. */
  happen(choice: string, pick: number): void {
    const tunnels = [...this.alive];
    const tunnel = tunnels[pick % Math.max(1, tunnels.length)];
    switch (choice) {
      case 'answer-port':
        this.answerPort(pick);
        return;
      case 'ready':
        if (tunnel !== undefined && !this.stopRequested.has(tunnel))
          this.send({ type: 'tunnel-ready', tunnel });
        return;
      case 'end':
        if (tunnel !== undefined) this.end(tunnel, [killed, refused, authFailed][pick % 3] ?? killed);
        return;
      case 'pass-time':
        this.now += pick * 100;
        this.send({ type: 'due' });
        return;
      case 'healthy':
      case 'suspected':
      case 'unproven':
        if (tunnel !== undefined) this.send({ type: choice, tunnel });
        return;
      case 'unhealthy':
      case 'complained':
      case 'probe-failed':
        if (tunnel !== undefined) this.send({ type: choice, tunnel, cause: refused });
        return;
      case 'held':
        this.hold = routeDown;
        this.send({ type: 'held', cause: routeDown });
        return;
      case 'route':
        this.openRoute();
        return;
      case 'wake':
      case 'network':
      case 'credentials':
      case 'demand':
      case 'user':
      case 'port':
        this.send({ type: 'triggered', trigger: choice });
        return;
      default:
        this.send({ type: choice as 'turned-on' | 'turned-off' | 'reconfigured' | 'suspended' | 'insisted' });
        return;
    }
  }

  end(tunnel: number, cause: ForwardState['cause']): void {
    this.alive.delete(tunnel);
    this.send({ type: 'tunnel-ended', tunnel, cause: this.stopRequested.has(tunnel) ? null : cause });
  }

  /** Nobody but who asked hears of the route. */
  answerRoute(): void {
    if (this.isRouteAsked) this.openRoute();
  }

  openRoute(): void {
    this.hold = null;
    this.isRouteAsked = false;
    this.send({ type: 'triggered', trigger: 'route' });
  }

  answerPort(pick: number): void {
    const request = this.portRequest;
    this.portRequest = null;
    if (request === 'open') {
      this.portOpen = pick % 4 !== 0;
      this.send(this.portOpen ? { type: 'port-opened' } : { type: 'port-failed', cause: portInUse });
    } else if (request === 'close') {
      this.portOpen = false;
      this.send({ type: 'port-closed' });
    }
  }
}

const choices = [
  'turned-on', 'turned-off', 'reconfigured', 'suspended', 'insisted', 'answer-port', 'answer-port', 'ready', 'ready', 'end', 'pass-time',
  'healthy', 'suspected', 'unproven', 'unhealthy', 'complained', 'probe-failed', 'wake', 'network', 'credentials', 'demand', 'user', 'port',
  'held', 'route',
] as const; // prettier-ignore
const step = fc.tuple(fc.constantFrom(...choices), fc.nat({ max: 200 }));
/** Left to itself, fast-check plays ten steps or so: too few for a taken port, a route and a click to meet. */
const long = (maxLength: number) => ({ maxLength, size: 'max' }) as const;

describe('the forward machine under random events', () => {
  it('keeps its invariants: at most two tunnels, two only in a replacement, nothing forgotten, off means off', () => {
    fc.assert(
      fc.property(fc.array(step, long(120)), (steps) => {
        const world = new World();
        for (const [choice, pick] of steps) world.happen(choice, pick);
        expect(world.violations).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes to rest off with nothing alive once it is turned off, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(step, long(80)), (steps) => {
        const world = new World();
        for (const [choice, pick] of steps) world.happen(choice, pick);
        world.send({ type: 'turned-off' });
        for (const tunnel of world.alive) expect(world.stopRequested).toContain(tunnel);
        for (const tunnel of [...world.alive]) world.end(tunnel, null);
        world.answerPort(1);
        expect([world.state.situation.phase, world.alive.size, world.portOpen]).toEqual(['off', 0, false]);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<ForwardEvent>([{ type: 'triggered', trigger: 'user' }, { type: 'insisted' }])(
    'never gives up: after %j it comes up when the world allows it',
    (wish) => {
      fc.assert(
        fc.property(fc.array(step, long(80)), (steps) => {
          const world = new World();
          for (const [choice, pick] of steps) world.happen(choice, pick);
          world.isRouteAsked = false;
          world.send({ type: 'turned-on' });
          world.send({ type: 'triggered', trigger: 'wake' });
          world.send(wish);
          for (let turn = 0; turn < 20 && world.state.situation.phase !== 'up'; turn++) {
            world.answerRoute();
            world.answerPort(1);
            for (const tunnel of [...world.alive]) {
              if (world.stopRequested.has(tunnel)) world.end(tunnel, null);
              else world.send({ type: 'tunnel-ready', tunnel });
            }
            world.now += 10_000;
            world.send({ type: 'due' });
          }
          expect(world.state.situation.phase).toBe('up');
        }),
        { numRuns: 1_000 },
      );
    },
  );
});
