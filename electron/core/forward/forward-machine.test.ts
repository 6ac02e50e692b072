import { describe, expect, it } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { outputsOf, transition } from './forward-machine.ts';
import { clientDelayMs } from '../restart-policy.ts';
import type { CheckReport, TunnelEvidence } from '../health/check-report.ts';
import { maxLeavingForPrecaution } from './forward-moves.ts';
import type { ForwardEvent, ForwardState } from './forward-state.ts';
import { downCause, Play, policy } from './testing/play.ts';

const killed = describeCause('killed');
const refused = describeCause('connection-refused');
const authFailed = describeCause('auth-failed');
const portInUse = describeCause('port-in-use', { port: 5432 });
const forbidden = describeCause('forbidden');
/** Jitter only adds to the delay of a re-check: 10 % with the `random` of these tests. */
const portRecheckMs = 2_200;

const report: CheckReport = {
  startedAt: 0,
  isStrict: false,
  evidence: { kind: 'answered' },
  health: 'healthy',
  cause: null,
  mayHelp: false,
  tookMs: null,
};

const healthy = (tunnel: number): ForwardEvent => ({ type: 'checked', tunnel, report });

/** Its checks fail as often as the threshold requires. */
const unhealthy = (tunnel: number, cause: Cause): ForwardEvent => {
  const mayHelp = cause.recovery === 'backoff';
  const evidence: TunnelEvidence = { kind: mayHelp ? 'none' : 'answered' };
  return { type: 'checked', tunnel, report: { ...report, evidence, health: 'unhealthy', cause, mayHelp } };
};

const proof = (tunnel: number, evidence: TunnelEvidence): ForwardEvent => {
  const health = evidence.kind === 'answered' ? 'healthy' : 'unknown';
  return { type: 'checked', tunnel, report: { ...report, isStrict: true, evidence, health } };
};

const context = { now: 0, random: 0.5, policy, transportDown: null, clientsWait: false, onDemand: false };

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
      healthy(1),
      { type: 'turned-off' },
      ended(1, null),
      { type: 'port-closed' },
    );
    expect(play.lines).toEqual([
      'turned-on → connecting port: open-port',
      'port-opened → connecting 1: start-tunnel 1 forced',
      'tunnel-ready → up 1',
      'checked → up 1',
      'turned-off → stopping: close-port, stop-tunnel 1',
      'tunnel-ended → stopping',
      'port-closed → off',
    ]);
  });

  it('replaces a dead tunnel at once, then with backoff, and a trigger starts the next try sooner', () => {
    const play = Play.up().on(ended(1), ended(2)).after(1_000).on({ type: 'due' }, ended(3)).after(2_000);
    play.on({ type: 'due' }, ended(4), { type: 'triggered', trigger: 'network' });
    expect(play.lines).toEqual([
      'tunnel-ended → connecting 2: start-tunnel 2',
      'tunnel-ended → retrying at 1000',
      'due → connecting 3: start-tunnel 3',
      'tunnel-ended → retrying at 2000',
      'due → connecting 4: start-tunnel 4',
      'tunnel-ended → retrying at 4000',
      'triggered → connecting 5: start-tunnel 5',
    ]);
    expect(play.state.history.failures).toBe(0);
  });

  it('does not clear past failures for a tunnel that comes up and dies soon', () => {
    const play = Play.up().on(ended(1), { type: 'tunnel-ready', tunnel: 2 }, healthy(2));
    play.after(9_000).on({ type: 'due' }, ended(2));
    expect(play.lines.at(-1)).toBe('tunnel-ended → retrying at 10000');
  });

  it('clears past failures once a tunnel has stayed healthy', () => {
    const play = Play.up().on(ended(1), { type: 'tunnel-ready', tunnel: 2 }, healthy(2));
    play.after(10_000).on({ type: 'due' }, ended(2));
    expect(play.lines.at(-1)).toBe('tunnel-ended → connecting 3: start-tunnel 3');
  });

  it('keeps trying past max_attempts, at least once a minute', () => {
    const play = Play.up();
    let longest = 0;
    for (let tunnel = 1; tunnel <= 200; tunnel++) {
      play.on(ended(tunnel));
      const { situation } = play.state;
      const waitMs = situation.phase === 'retrying' ? situation.retryAt - play.now : 0;
      longest = Math.max(longest, waitMs);
      play.after(waitMs).on({ type: 'due' });
    }
    expect([play.state.situation.phase, longest]).toEqual(['connecting', 60_000]);
  });

  it('holds clients while a final-looking failure may be temporary, re-checks it, and tries at once on its trigger', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-opened' }, ended(1, forbidden));
    expect(outputsOf(play.state)).toMatchObject({ clients: { kind: 'hold' }, dueAt: 5_500 });
    play.after(5_500).on({ type: 'due' }, ended(2, forbidden));
    expect(outputsOf(play.state).dueAt).toBe(5_500 + 33_000);
    play.after(33_000).on({ type: 'due' }, ended(3, forbidden));
    expect(outputsOf(play.state).dueAt).toBe(5_500 + 33_000 + 330_000);
    play.on({ type: 'triggered', trigger: 'network' }, { type: 'triggered', trigger: 'credentials' });
    expect(play.lines.slice(-2)).toEqual([
      'triggered → failed',
      'triggered → connecting 4: start-tunnel 4 forced',
    ]);
  });

  it.each([
    ['network', 'connecting 3: start-tunnel 3'],
    ['wake', 'connecting 3: start-tunnel 3'],
    ['demand', 'retrying at 300'],
  ] as const)(
    'holds clients and keeps trying if macOS may deny access to the local network, sooner after: %s',
    (trigger, next) => {
      const blocked = describeCause('local-network-denied', { address: '192.168.1.5' });
      const play = new Play().on({ type: 'turned-on' }, { type: 'port-opened' });
      play.on(ended(1, blocked), ended(2, blocked));
      expect(outputsOf(play.state)).toMatchObject({ clients: { kind: 'hold' }, dueAt: 1_000 });
      play.on({ type: 'triggered', trigger });
      expect(play.lines.slice(-2)).toEqual(['tunnel-ended → retrying at 1000', `triggered → ${next}`]);
    },
  );

  it.each(['network', 'wake'] as const)(
    'opens a port on an address that was missing, after: %s',
    (trigger) => {
      const addressMissing = describeCause('address-missing', { host: '192.168.1.7' });
      const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: addressMissing });
      play.on({ type: 'triggered', trigger });
      expect(play.lines.at(-1)).toBe('triggered → connecting port: open-port');
    },
  );

  it('refuses clients while the config has to be corrected', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-opened' });
    play.on(ended(1, describeCause('config-invalid')));
    expect(outputsOf(play.state).clients).toEqual({ kind: 'refuse' });
  });

  it('never retries automatically if a try could lock an account or open a sign-in page', () => {
    for (const cause of [
      describeCause('credentials-expired'),
      describeCause('auth-failed', { usedPassword: true }),
    ]) {
      const play = new Play().on({ type: 'turned-on' }, { type: 'port-opened' }, ended(1, cause));
      play.on({ type: 'triggered', trigger: 'demand' });
      expect([play.lines.at(-1), outputsOf(play.state).dueAt]).toEqual(['triggered → failed', null]);
      expect(outputsOf(play.state).clients).toEqual({ kind: 'hold' });
    }
  });

  it('retries without a network event, which may have been missed', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-opened' });
    play.on(ended(1, describeCause('network-down')));
    expect(outputsOf(play.state).dueAt).toBe(5_500);
    expect(play.after(5_500).on({ type: 'due' }).lines.at(-1)).toBe('due → connecting 2: start-tunnel 2');
  });

  it('checks every two seconds whether a taken port is free, and continues when it is', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    expect(outputsOf(play.state).dueAt).toBe(portRecheckMs);
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
      'reconfigured → up 1 + 2: start-tunnel 2 forced',
      'tunnel-ready → up 2 (leaving 1): drain-tunnel 1',
      'tunnel-ended → up 2',
    ]);
  });

  it('sends no more clients to the old tunnel when the newly configured connection fails', () => {
    const play = Play.up().on({ type: 'reconfigured' }, ended(2, authFailed), healthy(1));
    expect(play.lines.slice(1)).toEqual([
      'tunnel-ended → failed (leaving 1): drain-tunnel 1',
      'checked → failed (leaving 1)',
    ]);
    expect([play.state.cause?.code, play.state.desired]).toEqual(['auth-failed', 'on']);
  });

  it('keeps trying the newly configured connection, even while the old tunnel is healthy', () => {
    const play = Play.up().on(healthy(1), { type: 'reconfigured' }, ended(2, refused));
    play.on(healthy(1), ended(3, refused)).after(1_000).on({ type: 'due' });
    play.on({ type: 'tunnel-ready', tunnel: 4 });
    expect(play.lines.slice(2)).toEqual([
      'tunnel-ended → connecting 3 (leaving 1): drain-tunnel 1, start-tunnel 3',
      'checked → connecting 3 (leaving 1)',
      'tunnel-ended → retrying at 1000 (leaving 1)',
      'due → connecting 4 (leaving 1): start-tunnel 4',
      'tunnel-ready → up 4 (leaving 1)',
    ]);
  });

  it('restarts a replacement when the config changes during it', () => {
    const play = Play.up().on({ type: 'reconfigured' }, { type: 'reconfigured' }, ended(2, null));
    expect(play.lines.slice(1)).toEqual([
      'reconfigured → up 1 + 3 (leaving 2): stop-tunnel 2, start-tunnel 3 forced',
      'tunnel-ended → up 1 + 3',
    ]);
  });

  it('lets old tunnels drain while newer ones are replaced, however many there are', () => {
    const play = Play.up();
    for (let tunnel = 2; tunnel <= maxLeavingForPrecaution + 2; tunnel++)
      play.on({ type: 'reconfigured' }, { type: 'tunnel-ready', tunnel });
    expect(play.lines.slice(-2)).toEqual([
      'reconfigured → up 5 + 6 (leaving 1 2 3 4): start-tunnel 6 forced',
      'tunnel-ready → up 6 (leaving 1 2 3 4 5): drain-tunnel 5',
    ]);
  });

  it('starts no tunnel as a precaution while many old ones drain, but does when one of them has ended', () => {
    const play = Play.up();
    for (let tunnel = 2; tunnel <= maxLeavingForPrecaution + 1; tunnel++)
      play.on({ type: 'reconfigured' }, { type: 'tunnel-ready', tunnel });
    play.lines.length = 0;
    play.on(proof(5, { kind: 'open' }), ended(3, null));
    expect(play.lines).toEqual([
      'checked → up 5 (leaving 1 2 3 4)',
      'tunnel-ended → up 5 + 6 (leaving 1 2 4): start-tunnel 6',
    ]);
  });

  it('replaces a tunnel that is silent or whose checks fail, however many old ones drain', () => {
    for (const found of [unhealthy(5, refused), proof(5, { kind: 'silent' })]) {
      const play = Play.up();
      for (let tunnel = 2; tunnel <= maxLeavingForPrecaution + 1; tunnel++)
        play.on({ type: 'reconfigured' }, { type: 'tunnel-ready', tunnel });
      expect(play.on(found).lines.at(-1)).toBe('checked → up 5 + 6 (leaving 1 2 3 4): start-tunnel 6');
    }
  });

  it('ends an old tunnel that still has connections when it is dead', () => {
    const play = Play.up().on({ type: 'reconfigured' }, { type: 'tunnel-ready', tunnel: 2 });
    const line = play.on(proof(1, { kind: 'dead', cause: killed })).lines.at(-1);
    expect(line).toBe('checked → up 2 (leaving 1): stop-tunnel 1');
    const without = Play.up().on(
      { type: 'reconfigured' },
      { type: 'tunnel-ready', tunnel: 2 },
      ended(2, refused),
    );
    const last = without.on(proof(1, { kind: 'dead', cause: killed })).lines.at(-1);
    expect(last).toBe('checked → connecting 3 (leaving 1): stop-tunnel 1');
  });

  it('is ready but not green while the target is untried; its first client is the trial', () => {
    const ready = { ...report, evidence: { kind: 'untried' }, health: 'ready' } as const;
    const { state } = Play.up().on({ type: 'checked', tunnel: 1, report: ready });
    expect([state.health, state.cause]).toEqual(['ready', null]);
    expect(outputsOf(state).clients).toEqual({ kind: 'tunnel', tunnel: 1, isTrusted: false });
  });

  it('is no longer ready while an interrupted tunnel owes a proof', () => {
    const ready = { ...report, health: 'ready' } as const;
    const play = Play.up().on({ type: 'checked', tunnel: 1, report: ready });
    expect(play.after(1_000).on({ type: 'triggered', trigger: 'network' }).state.health).toBe('unknown');
  });

  it('fails over to the successor when the old tunnel dies during a replacement', () => {
    const play = Play.up().on({ type: 'reconfigured' }, ended(1), { type: 'tunnel-ready', tunnel: 2 });
    expect(play.lines.slice(1)).toEqual(['tunnel-ended → connecting 2', 'tunnel-ready → up 2']);
  });

  it('replaces an unhealthy tunnel by policy, repeatedly, and leaves it running in the meantime', () => {
    const play = Play.up().on(unhealthy(1, refused), { type: 'tunnel-ready', tunnel: 2 });
    play.on(unhealthy(2, refused), unhealthy(2, refused)).after(1_000).on({ type: 'due' });
    expect(play.lines).toEqual([
      'checked → up 1 + 2: start-tunnel 2',
      'tunnel-ready → up 2 (leaving 1): drain-tunnel 1',
      'checked → up 2 + scheduled (leaving 1)',
      'checked → up 2 + scheduled (leaving 1)',
      'due → up 2 + 3 (leaving 1): start-tunnel 3',
    ]);
  });

  it('replaces nothing if another tunnel would not help: a dead target is one steady state', () => {
    const dead: ForwardEvent = {
      type: 'checked',
      tunnel: 1,
      report: { ...report, evidence: { kind: 'answered' }, health: 'unhealthy', cause: refused },
    };
    const play = Play.up().on(dead, dead, dead);
    expect(play.lines).toEqual(['checked → up 1', 'checked → up 1', 'checked → up 1']);
    expect([play.state.health, play.state.cause]).toEqual(['unhealthy', refused]);
    expect(outputsOf(play.state).clients).toEqual({ kind: 'tunnel', tunnel: 1, isTrusted: true });
    expect(play.on(healthy(1)).state).toMatchObject({ health: 'healthy', cause: null });
  });

  it('shows the previous cause until the next tunnel is proven', () => {
    const play = Play.up().on(unhealthy(1, refused), { type: 'tunnel-ready', tunnel: 2 });
    expect([play.state.health, play.state.cause]).toEqual(['unknown', refused]);
    expect(play.on(healthy(2)).state).toMatchObject({ health: 'healthy', cause: null });
  });

  it('cancels a planned replacement and starts one at once when the restart policy is changed', () => {
    const play = Play.up().on(unhealthy(1, refused), { type: 'tunnel-ready', tunnel: 2 }, ended(1, null));
    play.on(unhealthy(2, refused), { type: 'triggered', trigger: 'config' });
    expect(play.lines.at(-1)).toBe('triggered → up 2 + 3: start-tunnel 3 forced');
    expect(Play.up().on({ type: 'triggered', trigger: 'config' }).lines).toEqual(['triggered → up 1']);
  });

  it('shows the complaint of a tunnel only until the tunnel is proven', () => {
    const complaint = describeCause('target-refused', { host: 'db' });
    const play = Play.up().on({ type: 'complained', tunnel: 1, cause: complaint });
    expect([play.state.health, play.state.cause]).toEqual(['unknown', complaint]);
    play.on(healthy(1));
    expect([play.state.health, play.state.cause]).toEqual(['healthy', null]);
    play.on({ type: 'complained', tunnel: 1, cause: complaint });
    expect([play.state.health, play.state.cause]).toEqual(['healthy', null]);
  });

  it("explains a failed check by the tunnel's own complaint", () => {
    const complaint = describeCause('target-refused', { host: 'db' });
    const play = Play.up().on({ type: 'complained', tunnel: 1, cause: complaint }, unhealthy(1, refused));
    expect(play.state.cause).toEqual(complaint);
  });

  it('owes a proof after a wake, holds clients until it is given, and is not green until then', () => {
    const play = Play.up().on(healthy(1), { type: 'suspended' }).after(1_000);
    play.on({ type: 'triggered', trigger: 'wake' });
    expect(play.state.health).toBe('unknown');
    expect(outputsOf(play.state)).toMatchObject({
      clients: { kind: 'hold' },
      debt: { since: 1_000, strict: true },
    });
    play.on(proof(1, { kind: 'answered' }));
    expect(play.state.health).toBe('healthy');
    expect(outputsOf(play.state)).toMatchObject({
      clients: { kind: 'tunnel', tunnel: 1, isTrusted: true },
      debt: null,
    });
  });

  it('accepts as proof neither a check that began before the wake nor a connection that merely stays open', () => {
    const play = Play.up().on(healthy(1)).after(1_000).on({ type: 'triggered', trigger: 'network' });
    const old = { ...report, startedAt: 999 };
    const { state } = transition(play.state, { type: 'checked', tunnel: 1, report: old }, context);
    expect([state.health, outputsOf(state).debt?.since]).toEqual(['unknown', 1_000]);
    const open: ForwardEvent = {
      type: 'checked',
      tunnel: 1,
      report: { ...report, evidence: { kind: 'open' } },
    };
    expect(play.on(open).state.health).toBe('unknown');
  });

  it('still owes a strict proof when a possible interruption follows a doubt', () => {
    for (const doubt of [{ type: 'triggered', trigger: 'wake' }, proof(1, { kind: 'silent' })] as const) {
      const play = Play.up().on(healthy(1), doubt).after(1_000);
      play.on({ type: 'triggered', trigger: 'network', certain: false });
      expect(outputsOf(play.state)).toMatchObject({
        clients: { kind: 'hold' },
        debt: { since: 1_000, strict: true },
      });
    }
  });

  it('lets one client test a tunnel that was never proven while all others wait', () => {
    const play = Play.up();
    expect(outputsOf(play.state).clients).toEqual({ kind: 'tunnel', tunnel: 1, isTrusted: false });
    play.on(healthy(1));
    expect(outputsOf(play.state).clients).toEqual({ kind: 'tunnel', tunnel: 1, isTrusted: true });
  });

  it('opens a second tunnel beside a silent one, holds new clients, and cuts nothing', () => {
    const play = Play.up().on(healthy(1), proof(1, { kind: 'silent' }));
    expect(outputsOf(play.state).clients).toEqual({ kind: 'hold' });
    play.on({ type: 'tunnel-ready', tunnel: 2 });
    expect(play.lines.slice(1)).toEqual([
      'checked → up 1 + 2: start-tunnel 2',
      'tunnel-ready → up 2 (leaving 1): drain-tunnel 1',
    ]);
  });

  it('keeps a tunnel that was merely slow: its late answer proves it', () => {
    const play = Play.up().on(healthy(1), proof(1, { kind: 'silent' }), ended(2, refused));
    expect(play.state).toMatchObject({ health: 'unhealthy', cause: refused });
    play.on(proof(1, { kind: 'answered' }));
    expect(play.state).toMatchObject({ health: 'healthy', cause: null });
    expect(outputsOf(play.state).clients).toEqual({ kind: 'tunnel', tunnel: 1, isTrusted: true });
  });

  it('spaces successors when one tunnel after another turns out doubtful', () => {
    const play = Play.up().on(healthy(1));
    const startedAt: number[] = [];
    for (let second = 0; second < 120; second++) {
      const { situation } = play.state;
      if (situation.phase === 'up' && situation.replacement.kind === 'starting')
        play.on({ type: 'tunnel-ready', tunnel: situation.replacement.tunnel });
      const before = play.state.lastTunnel;
      play.on(proof(before, { kind: 'silent' }), { type: 'due' });
      if (play.state.lastTunnel > before) startedAt.push(second);
      play.after(1_000);
    }
    expect(startedAt.length).toBeLessThan(60);
    expect(startedAt.slice(0, 2)).toEqual([0, 2]);
  });

  it('lets neither a client nor a wake repeat a login that needs the user', () => {
    for (const cause of [describeCause('credentials-expired'), authFailed]) {
      const play = Play.up()
        .on(healthy(1), proof(1, { kind: 'silent' }), ended(2, cause))
        .after(1_000);
      play.on({ type: 'triggered', trigger: 'demand' }, { type: 'due' });
      play.on({ type: 'suspended' }, { type: 'triggered', trigger: 'wake' });
      play.on(proof(1, { kind: 'silent' }), unhealthy(1, refused), {
        type: 'triggered',
        trigger: 'transport-up',
      });
      expect([play.lines.at(-1), play.state.cause]).toEqual(['triggered → up 1 + scheduled', cause]);
      play.on({ type: 'triggered', trigger: 'credentials' });
      expect(play.lines.at(-1)).toBe('triggered → up 1 + 3: start-tunnel 3 forced');
    }
  });

  it('ignores past failures when it is turned on, even if the port has to be opened first', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    play.on({ type: 'triggered', trigger: 'user' }, { type: 'port-opened' });
    expect(play.lines.at(-1)).toBe('port-opened → connecting 1: start-tunnel 1 forced');
    const again = Play.up().on({ type: 'turned-off' }, { type: 'turned-on' }, { type: 'port-closed' });
    expect(again.on({ type: 'port-opened' }).lines.at(-1)).toBe(
      'port-opened → connecting 2 (leaving 1): start-tunnel 2 forced',
    );
  });

  it('is not green while the computer sleeps or waits for a network afterward', () => {
    const play = Play.up().on(healthy(1), { type: 'suspended' });
    expect(play.state.health).toBe('unknown');
  });

  it('stops a tunnel that is proven dead at once, and clients wait for the next one', () => {
    const play = Play.up().on(healthy(1), proof(1, { kind: 'dead', cause: killed }));
    expect(play.lines.at(-1)).toBe('checked → connecting 2 (leaving 1): stop-tunnel 1, start-tunnel 2');
    expect(outputsOf(play.state).clients).toEqual({ kind: 'hold' });
  });

  it('replaces a tunnel that cannot prove itself as a precaution, and lets it take clients in the meantime', () => {
    const play = Play.up().on(healthy(1), proof(1, { kind: 'open' }));
    expect(play.state.health).toBe('unknown');
    expect(outputsOf(play.state).clients).toEqual({ kind: 'tunnel', tunnel: 1, isTrusted: true });
    play.on({ type: 'tunnel-ready', tunnel: 2 }, healthy(2));
    expect(play.lines.slice(1)).toEqual([
      'checked → up 1 + 2: start-tunnel 2',
      'tunnel-ready → up 2 (leaving 1): drain-tunnel 1',
      'checked → up 2 (leaving 1)',
    ]);
  });

  it('replaces nothing when only the clocks suggest a sleep and the tunnel seems alive', () => {
    const play = Play.up().on(healthy(1), { type: 'triggered', trigger: 'wake', certain: false });
    expect(outputsOf(play.state)).toMatchObject({
      clients: { kind: 'tunnel', tunnel: 1, isTrusted: true },
      debt: { since: 0, strict: false },
    });
    const open: ForwardEvent = {
      type: 'checked',
      tunnel: 1,
      report: { ...report, evidence: { kind: 'open' } },
    };
    play.on(open);
    expect([play.lines.at(-1), play.state.health]).toEqual(['checked → up 1', 'healthy']);
  });

  it('keeps a tunnel whose check fails for a reason that another tunnel would not fix', () => {
    const play = Play.up().on(unhealthy(1, describeCause('certificate-invalid')));
    expect([play.lines.at(-1), play.state.health]).toEqual(['checked → up 1', 'unhealthy']);
  });

  it('counts no failures and fires no timers while suspended', () => {
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

  it('lets nothing fall due while suspended, not even the re-check of a taken port', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    play.on({ type: 'suspended' });
    expect(outputsOf(play.state).dueAt).toBeNull();
    play.on({ type: 'triggered', trigger: 'wake' });
    expect(outputsOf(play.state).dueAt).toBe(portRecheckMs);
  });

  it('restarts a try that was under way when the computer went to sleep', () => {
    const play = Play.up().on(
      ended(1),
      { type: 'suspended' },
      { type: 'triggered', trigger: 'wake' },
      ended(2, null),
    );
    expect(play.lines.slice(-2)).toEqual([
      'triggered → connecting 3 (leaving 2): stop-tunnel 2, start-tunnel 3',
      'tunnel-ended → connecting 3',
    ]);
  });

  it('restarts a try that was under way when the computer joined another network', () => {
    const network: ForwardEvent = { type: 'triggered', trigger: 'network' };
    const play = Play.up().on(ended(1), { ...network, certain: false }, network);
    expect(play.lines.slice(-2)).toEqual([
      'triggered → connecting 2',
      'triggered → connecting 3 (leaving 2): stop-tunnel 2, start-tunnel 3',
    ]);
    const successor = Play.up().on(healthy(1), proof(1, { kind: 'silent' }), network);
    expect(successor.lines.at(-1)).toBe('triggered → up 1 + 3 (leaving 2): stop-tunnel 2, start-tunnel 3');
  });

  it('drops the retry timer at suspend and starts at wake', () => {
    const play = Play.up().on(ended(1), ended(2), { type: 'suspended' });
    expect(outputsOf(play.state).dueAt).toBeNull();
    play.on({ type: 'due' }, { type: 'triggered', trigger: 'wake' });
    expect(play.lines.slice(-3)).toEqual([
      'suspended → waiting',
      'due → waiting',
      'triggered → connecting 3: start-tunnel 3',
    ]);
  });

  it('tries sooner for a waiting client, with a minimum pause after the last try', () => {
    const play = Play.up().on(ended(1), ended(2)).after(100).on({ type: 'triggered', trigger: 'demand' });
    expect(play.lines.at(-1)).toBe(`triggered → retrying at ${clientDelayMs(0)}`);
    play.after(clientDelayMs(0)).on({ type: 'triggered', trigger: 'demand' });
    expect(play.lines.at(-1)).toBe('triggered → connecting 3: start-tunnel 3');
  });

  it('retries often while clients wait', () => {
    const play = Play.up();
    play.clientsWait = true;
    for (let tunnel = 1; tunnel <= 10; tunnel++) {
      play.on(ended(tunnel));
      const { situation } = play.state;
      const waitMs = situation.phase === 'retrying' ? situation.retryAt - play.now : 0;
      expect(waitMs).toBeLessThanOrEqual(500);
      play.after(waitMs).on({ type: 'due' });
    }
  });

  it('starts again as soon as the port is closed if turned on in the meantime, without waiting for old tunnels', () => {
    const play = Play.up().on({ type: 'turned-off' }, { type: 'turned-on' }, { type: 'port-closed' });
    play.on({ type: 'port-opened' }, ended(1, null));
    expect(play.lines.slice(-3)).toEqual([
      'port-closed → connecting port (leaving 1): open-port',
      'port-opened → connecting 2 (leaving 1): start-tunnel 2 forced',
      'tunnel-ended → connecting 2',
    ]);
  });
});

describe('the forward machine on a transport that is down', () => {
  it('holds back a scheduled retry, counts nothing, and starts it when the transport is back', () => {
    const play = Play.up().on(ended(1), ended(2)).transportGoesDown().on({ type: 'due' });
    const { failures } = play.state.history;
    play.on({ type: 'triggered', trigger: 'network' });
    expect([play.state.cause, play.state.history.failures]).toEqual([downCause, failures]);
    play.transportComesBack();
    expect(play.lines.slice(2)).toEqual([
      'transport-down → waiting',
      'due → waiting',
      'triggered → waiting',
      'triggered → connecting 3: start-tunnel 3',
    ]);
    expect(play.state.history.failures).toBe(0);
  });

  it('lets a try that is under way finish, and holds back the next', () => {
    const play = Play.up().on(ended(1)).transportGoesDown();
    play.on(ended(2));
    expect(play.lines).toEqual([
      'tunnel-ended → connecting 2: start-tunnel 2',
      'transport-down → connecting 2',
      'tunnel-ended → waiting',
    ]);
    expect([play.state.cause, play.state.history.failures]).toEqual([downCause, 1]);
  });

  it('still tries for a waiting client: that try tests the transport', () => {
    const play = Play.up().on(ended(1), ended(2)).transportGoesDown();
    play.on({ type: 'triggered', trigger: 'demand' });
    expect(play.lines.at(-1)).toBe(`triggered → retrying at ${clientDelayMs(0)}`);
    play.clientsWait = true;
    play.after(clientDelayMs(0)).on({ type: 'due' }, ended(3));
    expect(play.state.situation.phase).toBe('retrying');
  });

  it('keeps trying for waiting clients when the user wants a try', () => {
    const play = Play.up().on(ended(1)).transportGoesDown();
    play.clientsWait = true;
    play.on(ended(2), { type: 'triggered', trigger: 'user' });
    expect(play.lines.at(-1)).toBe('triggered → connecting 3: start-tunnel 3 forced');
  });

  it('cancels a replacement that was planned for a client when that client has left', () => {
    const play = Play.up().on(healthy(1), proof(1, { kind: 'silent' }));
    play.clientsWait = true;
    play.transportGoesDown().on(ended(2, refused));
    expect(play.lines.at(-1)).toBe('tunnel-ended → up 1 + scheduled');
    play.clientsWait = false;
    expect(play.after(1_000).on({ type: 'due' }).lines.at(-1)).toBe('due → up 1');
    expect(play.transportComesBack().lines.at(-1)).toBe('triggered → up 1 + 3: start-tunnel 3');
  });

  it('leaves a tunnel that is up alone, and replaces an unhealthy one only when the transport is back', () => {
    const play = Play.up().transportGoesDown();
    play.on(unhealthy(1, refused));
    expect([play.state.health, play.state.cause]).toEqual(['unhealthy', downCause]);
    play.transportComesBack();
    expect(play.lines).toEqual([
      'transport-down → up 1',
      'checked → up 1',
      'triggered → up 1 + 2: start-tunnel 2',
    ]);
  });

  it('cancels a replacement that was only planned', () => {
    const play = Play.up().on(unhealthy(1, refused), ended(2));
    expect(outputsOf(play.state).dueAt).not.toBeNull();
    play.transportGoesDown();
    expect([outputsOf(play.state).dueAt, play.state.cause]).toEqual([null, downCause]);
    play.transportComesBack();
    expect(play.lines.at(-1)).toBe('triggered → up 1 + 3: start-tunnel 3');
  });

  it('replaces no tunnel as a precaution, and none that has become healthy in the meantime', () => {
    const play = Play.up()
      .transportGoesDown()
      .on(proof(1, { kind: 'open' }));
    play.on(unhealthy(1, refused), healthy(1)).transportComesBack();
    expect(play.lines.map((line) => line.split(' → ')[1])).toEqual(['up 1', 'up 1', 'up 1', 'up 1', 'up 1']);
  });

  it('leaves a tunnel alone if the target answered its check with a refusal: another one would be refused too', () => {
    const cause = describeCause('check-refused');
    const play = Play.up().on(unhealthy(1, cause)).transportGoesDown();
    expect(play.state.cause).toEqual(cause);
    play.transportComesBack();
    expect(play.lines).toEqual(['checked → up 1', 'transport-down → up 1', 'triggered → up 1']);
  });

  it('asks the transport when the user wants a try, and starts it when the transport is back', () => {
    const play = Play.up().on(ended(1)).transportGoesDown().on(ended(2));
    play.on({ type: 'triggered', trigger: 'user' }).transportComesBack();
    expect(play.lines.slice(-2)).toEqual([
      'triggered → waiting: ask-transport',
      'triggered → connecting 3: start-tunnel 3',
    ]);
  });

  it('asks the transport even if the service failed for another reason, and tries when the transport is back', () => {
    for (const cause of [authFailed, describeCause('network-down')]) {
      const play = Play.up().on(ended(1, cause)).transportGoesDown();
      play.on({ type: 'triggered', trigger: 'user' });
      expect([play.lines.at(-1), play.state.cause]).toEqual([
        'triggered → waiting: ask-transport',
        downCause,
      ]);
      play.transportComesBack();
      expect(play.lines.at(-1)).toBe('triggered → connecting 2: start-tunnel 2');
    }
  });

  it('opens a taken port once it is free, but starts no tunnel before the transport is back', () => {
    const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    play.transportGoesDown().after(portRecheckMs).on({ type: 'due' }, { type: 'port-opened' });
    expect([play.lines.at(-1), play.state.cause]).toEqual(['port-opened → waiting', downCause]);
    expect(play.transportComesBack().lines.at(-1)).toBe('triggered → connecting 1: start-tunnel 1');
  });

  it('checks whether a taken port is free and asks the transport when the user wants a try', () => {
    const taken = (): Play => {
      const play = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
      return play.transportGoesDown().on({ type: 'triggered', trigger: 'user' });
    };
    const free = taken().on({ type: 'port-opened' }).transportComesBack();
    expect(free.lines.slice(-3)).toEqual([
      'triggered → waiting: open-port, ask-transport',
      'port-opened → waiting',
      'triggered → connecting 1: start-tunnel 1',
    ]);
    const late = taken().transportComesBack().on({ type: 'port-opened' });
    expect(late.lines.slice(-2)).toEqual([
      'triggered → connecting port: open-port',
      'port-opened → connecting 1: start-tunnel 1',
    ]);
    const still = taken().on({ type: 'port-failed', cause: portInUse });
    expect([still.lines.at(-1), still.state.cause]).toEqual(['port-failed → failed', portInUse]);
    expect(outputsOf(still.state).dueAt).toBe(portRecheckMs);
  });

  it('tries once when turned on, turned off and on, or retried by name, even if the port has to be opened first', () => {
    const on = new Play().transportGoesDown().on({ type: 'turned-on' }, { type: 'port-opened' });
    expect(on.lines.at(-1)).toBe('port-opened → connecting 1: start-tunnel 1 forced');
    const again = on.on(ended(1, refused), { type: 'turned-off' }, { type: 'turned-on' });
    again.on({ type: 'port-closed' }, { type: 'port-opened' });
    expect(again.lines.at(-1)).toBe('port-opened → connecting 2: start-tunnel 2 forced');
    const taken = new Play().on({ type: 'turned-on' }, { type: 'port-failed', cause: portInUse });
    taken.transportGoesDown().on({ type: 'retry-forced' }, { type: 'port-opened' });
    expect(taken.lines.at(-1)).toBe('port-opened → connecting 1: start-tunnel 1 forced');
  });

  it('asks the transport for an unhealthy tunnel too, but replaces one that is healthy or got an answer', () => {
    const user: ForwardEvent = { type: 'triggered', trigger: 'user' };
    const sick = Play.up().transportGoesDown().on(unhealthy(1, refused), user);
    expect(sick.lines.at(-1)).toBe('triggered → up 1: ask-transport');
    sick.transportComesBack();
    expect(sick.lines.at(-1)).toBe('triggered → up 1 + 2: start-tunnel 2');
    const answered = Play.up().on(unhealthy(1, describeCause('check-refused')));
    expect(answered.transportGoesDown().on(user).lines.at(-1)).toBe(
      'triggered → up 1 + 2: start-tunnel 2 forced',
    );
    expect(Play.up().transportGoesDown().on(user).lines.at(-1)).toBe(
      'triggered → up 1 + 2: start-tunnel 2 forced',
    );
  });

  it('still tries at once when the user forces a retry', () => {
    const play = Play.up().on(ended(1)).transportGoesDown().on(ended(2), { type: 'retry-forced' });
    expect(play.lines.at(-1)).toBe('retry-forced → connecting 3: start-tunnel 3 forced');
    const sick = Play.up().transportGoesDown().on(unhealthy(1, refused));
    expect(sick.on({ type: 'retry-forced' }).lines.at(-1)).toBe(
      'retry-forced → up 1 + 2: start-tunnel 2 forced',
    );
  });

  it('leaves a service alone that waits for something else', () => {
    const play = Play.up().on(ended(1, authFailed)).transportGoesDown().transportComesBack();
    expect([play.state.situation.phase, play.state.cause]).toEqual(['failed', authFailed]);
  });
});
