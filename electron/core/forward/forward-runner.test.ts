import { afterEach, describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { noOutages } from '../../../shared/outages.ts';
import { err, ok } from '../../../shared/result.ts';
import { settle } from '../testing/fake-clock.ts';
import { serviceSpec } from '../testing/service-spec.ts';
import type { TunnelEvidence } from '../health/check-report.ts';
import { ForwardRunner } from './forward-runner.ts';
import { FakeForwardWorld } from './testing/fake-forward-world.ts';

const killed = describeCause('killed');
const postgres = serviceSpec('postgres');

const runners: ForwardRunner[] = [];
afterEach(async () => {
  for (const runner of runners) runner.dispatch({ type: 'turned-off' });
  await Promise.all(runners.splice(0).map((runner) => runner.forceStop()));
});

async function started(world: FakeForwardWorld, service = postgres): Promise<ForwardRunner> {
  const runner = new ForwardRunner(service, world.parts());
  runners.push(runner);
  runner.dispatch({ type: 'turned-on' });
  await settle();
  return runner;
}

async function up(world: FakeForwardWorld, service = postgres): Promise<ForwardRunner> {
  const runner = await started(world, service);
  await world.tunnel.comesUp();
  return runner;
}

/** The facts that a user sees, on one line. */
function line(runner: ForwardRunner): string {
  const { desired, phase, health, cause, addresses, restarts } = runner.snapshot();
  return [
    desired,
    phase,
    health,
    cause?.code ?? '-',
    addresses.join(' ') || 'closed',
    `${restarts} restarts`,
  ].join(', ');
}

describe('a forward runner', () => {
  it('opens the port before the tunnel is ready and holds clients until it is', async () => {
    const world = new FakeForwardWorld();
    const runner = await started(world);
    expect(line(runner)).toBe('on, connecting, unknown, -, 127.0.0.1:5432 [::1]:5432, 0 restarts');
    expect([world.port.isOpen, world.port.policy, world.port.upstream]).toEqual([true, 'hold', null]);
    await world.tunnel.comesUp();
    expect(world.port.upstream?.tunnelId).toBe('postgres#1');
    expect(world.health.watched?.target.tunnelId).toBe('postgres#1');
  });

  it('counts and logs on demand: a tunnel for a client of an idle service is no restart', async () => {
    const world = new FakeForwardWorld();
    const runner = await started(world, serviceSpec('postgres', { unusedMs: 600_000 }));
    const restarts: number[] = [];
    const shows = (): void => void restarts.push(runner.snapshot().restarts);
    runner.dispatch({ type: 'triggered', trigger: 'user' });
    await world.tunnel.comesUp();
    await world.tunnel.dies(killed);
    await world.tunnel.comesUp();
    world.health.passes();
    shows();
    runner.dispatch({ type: 'unused' });
    shows();
    runner.dispatch({ type: 'retry-forced' });
    await world.tunnel.comesUp();
    shows();
    expect(restarts).toEqual([1, 1, 1]);
    expect(world.logged.map((line) => line.replace(/ \[.*/, ''))).toEqual([
      'turned on, connects when it is used',
      'connecting',
      'connected in 0 ms',
      'reconnecting: The tunnel process was killed',
      'connected in 0 ms',
      'recovered after 0 ms',
      'disconnected, because no client uses it',
      'connecting',
      'connected in 0 ms',
    ]);
  });

  it('logs why a service leaves a phase, but no old cause for a tunnel that comes up', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    world.logged.length = 0;
    await world.tunnel.dies(killed);
    await world.tunnel.comesUp();
    expect(world.logged).toEqual([
      'reconnecting: The tunnel process was killed [up → connecting after tunnel-ended]',
      'connected in 0 ms [connecting → up after tunnel-ready]',
    ]);
  });

  it('logs that the user restarts a service that stays up', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.logged.length = 0;
    runner.dispatch({ type: 'triggered', trigger: 'user' });
    runner.dispatch({ type: 'triggered', trigger: 'network' });
    runner.dispatch({ type: 'retry-forced' });
    expect(world.logged).toEqual([
      'restarting [up → up after triggered]',
      'restarting [up → up after retry-forced]',
    ]);
  });

  it('lets clients wait while a dead tunnel is replaced, and sends them to the new one', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    await world.tunnel.dies(killed);
    expect([world.port.isOpen, world.port.policy, world.port.upstream]).toEqual([true, 'hold', null]);
    expect(line(runner)).toContain('on, connecting, unknown, killed');
    await world.tunnel.comesUp();
    expect(world.port.upstream?.tunnelId).toBe('postgres#2');
    expect(line(runner)).toBe('on, up, unknown, killed, 127.0.0.1:5432 [::1]:5432, 1 restarts');
    world.health.passes();
    expect(line(runner)).toBe('on, up, healthy, -, 127.0.0.1:5432 [::1]:5432, 1 restarts');
  });

  it('has one client test a tunnel until it is proven', async () => {
    const world = new FakeForwardWorld();
    await up(world, {
      ...postgres,
      connection: { technology: 'command', argv: ['relay'], remotePort: null },
    });
    expect(world.port.upstream).toMatchObject({ tunnelId: 'postgres#1', trialMs: 100 });
    world.health.passes();
    expect(world.port.upstream).toMatchObject({ tunnelId: 'postgres#1', trialMs: null });
  });

  it('tells the port of a tunnel that died, but not of one that ended in order', async () => {
    const world = new FakeForwardWorld();
    await up(world, {
      ...postgres,
      connection: { technology: 'command', argv: ['relay'], remotePort: null },
    });
    await world.tunnel.dies(describeCause('exited'), { exitCode: 0 });
    await world.clock.advance(60_000);
    await world.tunnel.comesUp();
    await world.tunnel.dies(killed, { signal: 'SIGKILL' });
    expect(world.port.endedTunnels).toEqual(['postgres#2']);
  });

  it('measures how long a service was down, without the time asleep', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.health.passes();
    expect(runner.snapshot().outages).toEqual(noOutages);
    const since = world.clock.wallNow();
    await world.tunnel.dies(killed);
    await world.clock.advance(300);
    runner.dispatch({ type: 'suspended' });
    await world.clock.advance(60_000);
    runner.dispatch({ type: 'triggered', trigger: 'wake' });
    await world.tunnel.dies(killed);
    await world.clock.advance(150);
    await world.tunnel.comesUp();
    await world.clock.advance(50);
    world.health.passes();
    const { count, totalMs, recent } = runner.snapshot().outages;
    expect({ count, totalMs, recent }).toEqual({
      count: 1,
      totalMs: 500,
      recent: [{ since, durationMs: 500 }],
    });
  });

  it('counts down to the next try in wall time and starts it when it is due', async () => {
    const world = new FakeForwardWorld();
    const runner = await started(world);
    await world.tunnel.dies(killed);
    await world.tunnel.dies(killed);
    expect(runner.snapshot().nextRetryAt).toBe(world.clock.wallNow() + 1_000);
    await world.clock.advance(999);
    expect(world.tunnels).toHaveLength(2);
    await world.clock.advance(1);
    expect(world.tunnels).toHaveLength(3);
  });

  it('holds clients while a login may still succeed, and closes them at once when the config has to be corrected', async () => {
    const policies: Record<string, string> = {};
    for (const code of ['auth-failed', 'config-invalid'] as const) {
      const world = new FakeForwardWorld();
      const runner = await started(world);
      await world.tunnel.dies(describeCause(code));
      policies[code] = `${runner.snapshot().phase}, ${world.port.policy}`;
    }
    expect(policies).toEqual({ 'auth-failed': 'failed, hold', 'config-invalid': 'failed, refuse' });
  });

  it('counts down to the re-check of a failure that looks final', async () => {
    const world = new FakeForwardWorld();
    const runner = await started(world);
    await world.tunnel.dies(describeCause('forbidden'));
    expect(runner.snapshot().nextRetryAt).toBe(world.clock.wallNow() + 5_500);
    await world.clock.advance(5_500);
    expect(world.tunnels).toHaveLength(2);
  });

  it('reports that the port is taken and opens it once it is free', async () => {
    const world = new FakeForwardWorld();
    const runner = new ForwardRunner(postgres, world.parts());
    runners.push(runner);
    world.port.openResult = err(describeCause('port-in-use', { port: 5432, holder: 'postgres (pid 812)' }));
    runner.dispatch({ type: 'turned-on' });
    await settle();
    expect(runner.snapshot().cause?.title).toBe('Port 5432 is used by postgres (pid 812)');
    world.port.openResult = ok(['127.0.0.1:5432']);
    await world.clock.advance(2_200);
    expect(line(runner)).toBe('on, connecting, unknown, port-in-use, 127.0.0.1:5432, 0 restarts');
  });

  it('is off only when the tunnel has ended and the port is closed', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    runner.dispatch({ type: 'turned-off' });
    await runner.whenOff();
    expect([
      line(runner),
      world.tunnel.isAlive,
      world.port.isOpen,
      world.health.watched,
      world.clock.pendingTimers,
    ]).toEqual(['off, off, unknown, -, closed, 0 restarts', false, false, null, 0]);
  });

  it('moves new connections to the new tunnel of a changed connection and stops the old one when it is empty', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    runner.update(
      { ...postgres, connection: { technology: 'tcp', host: 'db2', remotePort: 5432 } },
      new Set(['connection']),
    );
    const [old, next] = world.tunnels;
    expect([world.port.upstream?.tunnelId, next?.service.connection]).toEqual([
      'postgres#1',
      { technology: 'tcp', host: 'db2', remotePort: 5432 },
    ]);
    await next?.comesUp();
    expect([world.port.upstream?.tunnelId, old?.isAlive]).toEqual(['postgres#2', true]);
    await world.port.lastConnectionLeaves('postgres#1');
    expect([old?.isAlive, next?.isAlive]).toEqual([false, true]);
  });

  it('applies changes of health check, hold and policy without touching the tunnel', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    const healthCheck = { ...postgres.healthCheck, intervalMs: 1_000 };
    runner.update(
      { ...postgres, healthCheck, holdTimeoutMs: 1 },
      new Set(['health-check', 'hold', 'restart-policy']),
    );
    expect([
      world.health.watched?.target.service.healthCheck.intervalMs,
      world.port.holdTimeoutMs,
      world.tunnels.length,
    ]).toEqual([1_000, 1, 1]);
  });

  it('retries a service that had used up its attempts when the config allows more', async () => {
    const world = new FakeForwardWorld();
    const restartPolicy = { ...postgres.restartPolicy, enabled: false };
    const runner = new ForwardRunner({ ...postgres, restartPolicy }, world.parts());
    runners.push(runner);
    runner.dispatch({ type: 'turned-on' });
    await settle();
    await world.tunnel.dies(killed);
    expect(runner.snapshot()).toMatchObject({ phase: 'failed', exhausted: true });
    runner.update(postgres, new Set(['restart-policy']));
    expect(runner.snapshot()).toMatchObject({ phase: 'connecting', exhausted: false });
    expect(world.tunnels).toHaveLength(2);
  });

  it('fails a service whose config has a problem, without starting anything', async () => {
    const world = new FakeForwardWorld();
    const problem = describeCause('file-missing', { what: '~/.ssh/id' });
    const runner = new ForwardRunner({ ...postgres, problem }, world.parts());
    runners.push(runner);
    runner.dispatch({ type: 'turned-on' });
    await settle();
    expect([line(runner), world.tunnels.length]).toEqual([
      'on, failed, unknown, file-missing, 127.0.0.1:5432 [::1]:5432, 0 restarts',
      0,
    ]);
    runner.update(postgres, new Set(['problem']));
    expect(world.tunnels).toHaveLength(1);
  });

  it('rereads the config when the re-check of a service with a config problem is due', async () => {
    const world = new FakeForwardWorld();
    const problem = describeCause('file-missing', { what: '/volumes/keys/id' });
    await started(world, { ...postgres, problem });
    expect(world.configRechecks).toBe(0);
    await world.clock.advance(5_500);
    expect(world.configRechecks).toBe(1);
  });

  it('still shows the config problem when the user tries again while the transport is down', async () => {
    const world = new FakeForwardWorld();
    const problem = describeCause('variable-unset', { what: 'NOPE' });
    const runner = await started(world, { ...postgres, problem });
    world.transport.goesDown(describeCause('transport-down', { what: 'The cluster prod' }));
    runner.dispatch({ type: 'triggered', trigger: 'user' });
    await settle();
    expect([runner.snapshot().phase, runner.snapshot().cause, world.tunnels.length]).toEqual([
      'failed',
      problem,
      0,
    ]);
  });

  it('opens no port for a service whose port is not known', async () => {
    const world = new FakeForwardWorld();
    const problem = describeCause('variable-unset', { what: 'PORT' });
    const runner = new ForwardRunner({ ...postgres, localPort: 0, problem }, world.parts());
    runners.push(runner);
    runner.dispatch({ type: 'turned-on' });
    await settle();
    expect([line(runner), world.port.isOpen]).toEqual([
      'on, failed, unknown, variable-unset, closed, 0 restarts',
      false,
    ]);
  });

  it('shows the evidence of a failure without the secrets of the config', async () => {
    const world = new FakeForwardWorld();
    world.secret = 'hunter2';
    const runner = await started(world);
    await world.tunnel.dies(describeCause('auth-failed', { evidence: 'bad login: hunter2' }));
    expect(runner.snapshot().cause?.evidence).toBe('bad login: [hidden]');
  });

  it('passes on evidence about the target from clients and complaints, for the current tunnel only', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    const { onEvidence } = world.port.events;
    onEvidence('postgres#1', { kind: 'closed', at: world.clock.now() });
    world.tunnel.complain(describeCause('target-refused'));
    onEvidence('postgres#7', { kind: 'answered', since: 0 });
    expect(world.health.heard).toEqual(['closed', 'target-refused']);
  });

  it('remembers for the next tunnel why the target failed, until the target may have changed', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.health.fails(describeCause('target-refused'), false);
    await world.tunnels[0]?.dies(killed);
    await world.tunnel.comesUp();
    expect(world.health.watched?.target.trouble?.code).toBe('target-refused');
    runner.dispatch({ type: 'triggered', trigger: 'network', certain: false });
    expect(world.health.heard).toEqual([]);
    runner.dispatch({ type: 'triggered', trigger: 'wake' });
    expect(world.health.heard).toEqual(['forget']);
    await world.tunnel.dies(killed);
    await world.clock.advance(2_000);
    await world.tunnel.comesUp();
    expect(world.health.watched?.target.trouble).toBe(null);
  });

  it('makes a tunnel prove itself when a client raises a suspicion, and replaces it if it is dead', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.health.passes();
    world.health.evidence = { kind: 'dead', cause: describeCause('stopped') };
    world.port.events.onSuspicion('postgres#1', 'no answer for 1 s');
    await settle();
    expect([line(runner).split(',')[1], world.port.upstream, world.tunnels.length]).toEqual([
      ' connecting',
      null,
      2,
    ]);
    expect(world.tunnels[0]?.isAlive).toBe(false);
  });

  it('runs one proof at a time, at most one every three seconds, and drops no suspicion', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    const suspect = (): void => world.port.events.onSuspicion('postgres#1', 'no answer for 1 s');
    world.health.evidence = null;
    suspect();
    suspect();
    expect(world.health.proofs).toBe(1);
    world.health.answerProof({ kind: 'answered' });
    await settle();
    suspect();
    suspect();
    await world.clock.advance(2_999);
    expect(world.health.proofs).toBe(1);
    await world.clock.advance(1);
    expect(world.health.proofs).toBe(2);
  });

  it('runs another proof after a suspicion during a proof, whose answer may be older', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    const suspect = (): void => world.port.events.onSuspicion('postgres#1', 'no answer for 1 s');
    world.health.evidence = null;
    suspect();
    await world.clock.advance(1_000);
    suspect();
    world.health.answerProof({ kind: 'answered' });
    await world.clock.advance(1_999);
    expect(world.health.proofs).toBe(1);
    await world.clock.advance(1);
    expect(world.health.proofs).toBe(2);
  });

  it('gives a silent transport more and more time, and its successor the usual answer time', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    const ask = async (): Promise<void> => {
      void world.health.watched?.target.proveTransport(1_000, false);
      await world.clock.advance(10_000);
    };
    world.tunnel.answersAfterMs = 1_500;
    for (let round = 0; round < 5; round++) await ask();
    // One late answer may come from a line that was dead for a moment, so it is asked again at once; two show a slow line.
    expect(world.tunnel.deadlines).toEqual([1_000, 2_000, 10_000, 3_000, 3_000, 3_000]);
    await world.tunnel.dies(killed);
    await world.tunnel.comesUp();
    world.tunnel.answersAfterMs = Infinity;
    await ask();
    await ask();
    await ask();
    expect(world.tunnel.deadlines).toEqual([3_000, 6_000, 10_000]);
  });

  it('reports a change only when a check finds something different from the one before', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    world.health.passes();
    const { changes } = world;
    world.health.passes();
    expect(world.changes).toBe(changes);
    world.health.fails(killed);
    expect(world.changes).toBe(changes + 1);
  });

  it('asks less and less often if the tunnel cannot prove itself', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    world.health.passes();
    world.health.evidence = { kind: 'open' };
    const askedAt: number[] = [];
    for (let second = 0; second < 60; second++) {
      const before = world.health.proofs;
      const tunnel = world.health.watched?.target.tunnelId;
      if (tunnel !== undefined) world.port.events.onSuspicion(tunnel, 'no answer for 1 s');
      await settle();
      if (world.health.proofs > before) askedAt.push(second);
      if (world.tunnel.isAlive) await world.tunnel.comesUp();
      await world.clock.advance(1_000);
    }
    expect(askedAt.length).toBeLessThan(6);
  });

  it('demands a proof after a wake, and acts on its result', async () => {
    const outcomes: Record<string, string> = {};
    const findings: readonly TunnelEvidence[] = [
      { kind: 'answered' },
      { kind: 'silent' },
      { kind: 'dead', cause: describeCause('stopped') },
      { kind: 'open' },
    ];
    for (const evidence of findings) {
      const world = new FakeForwardWorld();
      const runner = await up(world);
      world.health.passes();
      world.health.evidence = evidence;
      runner.dispatch({ type: 'suspended' });
      runner.dispatch({ type: 'triggered', trigger: 'wake' });
      await settle();
      const { phase, health } = runner.snapshot();
      const clients = world.port.upstream === null ? 'held' : 'through';
      outcomes[evidence.kind] = `${phase}, ${health}, ${world.tunnels.length} tunnels, clients ${clients}`;
    }
    expect(outcomes).toEqual({
      answered: 'up, healthy, 1 tunnels, clients through',
      silent: 'up, unknown, 2 tunnels, clients held',
      dead: 'connecting, unknown, 2 tunnels, clients held',
      open: 'up, unknown, 2 tunnels, clients through',
    });
  });

  it('repeats the demand when the check is changed while the tunnel owes a proof', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.health.passes();
    world.health.evidence = null;
    runner.dispatch({ type: 'triggered', trigger: 'network' });
    expect(world.health.proofs).toBe(1);
    runner.update(
      { ...postgres, healthCheck: { ...postgres.healthCheck, intervalMs: 1 } },
      new Set(['health-check']),
    );
    expect(world.health.proofs).toBe(2);
  });

  it('checks at once after a possible interruption, and lets clients through in the meantime', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.health.passes({ kind: 'open' });
    await world.clock.advance(1_000);
    runner.dispatch({ type: 'triggered', trigger: 'network', certain: false });
    expect([runner.snapshot().health, world.port.upstream?.tunnelId]).toEqual(['unknown', 'postgres#1']);
    expect([world.health.proofs, world.health.hurriedChecks]).toEqual([0, 1]);
    world.health.passes({ kind: 'open' });
    expect([runner.snapshot().health, world.tunnels.length]).toEqual(['healthy', 1]);
  });

  it('makes a silent tunnel prove itself again when its check is changed, while clients wait', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.health.passes();
    world.health.evidence = { kind: 'silent' };
    world.port.events.onSuspicion('postgres#1', 'no answer for 1 s');
    await settle();
    expect([world.port.upstream, world.health.proofs]).toEqual([null, 1]);
    world.health.evidence = { kind: 'open' };
    const healthCheck = { ...postgres.healthCheck, intervalMs: 1 };
    runner.update({ ...postgres, healthCheck }, new Set(['health-check']));
    expect([world.port.upstream?.tunnelId, world.health.proofs]).toEqual(['postgres#1', 2]);
  });

  it('replaces a tunnel whose process was stopped', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    runner.processStopped(world.tunnel.pid);
    await settle();
    expect([runner.snapshot().cause?.code, world.tunnels.length]).toEqual(['stopped', 2]);
  });

  it('waits for the network instead of failing when offline', async () => {
    const world = new FakeForwardWorld();
    const runner = await started(world);
    world.isOnline = false;
    await world.tunnel.dies(describeCause('host-unreachable', { evidence: 'No route to host' }));
    expect([line(runner), runner.snapshot().attempt]).toEqual([
      'on, waiting, unknown, network-down, 127.0.0.1:5432 [::1]:5432, 0 restarts',
      0,
    ]);
    runner.dispatch({ type: 'triggered', trigger: 'network' });
    expect(world.tunnels).toHaveLength(2);
  });

  it('leases its transport while it is on, reports failures to it, and waits while it is down', async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    expect([world.transport.service, world.transport.said]).toEqual([postgres, []]);
    const transportDown = describeCause('transport-down', { what: 'The cluster prod' });
    await world.tunnel.dies(killed);
    world.transport.goesDown(transportDown);
    await world.tunnel.dies(describeCause('timed-out'));
    expect(runner.snapshot()).toMatchObject({ phase: 'waiting', cause: transportDown, attempt: 1 });
    expect(world.transport.said).toEqual(['failed: killed', 'failed: timed-out']);
    world.transport.comesBack();
    expect(runner.snapshot().phase).toBe('connecting');
    runner.dispatch({ type: 'turned-off' });
    await settle();
    expect(world.transport.service).toBeNull();
  });

  it('notifies its transport once when its checks fail', async () => {
    const world = new FakeForwardWorld();
    await up(world);
    for (let check = 0; check < 3; check++) world.health.fails(describeCause('timed-out'));
    expect(world.transport.said).toEqual(['failed: timed-out']);
  });

  it("makes its transport try when the user wants a try, and counts down to the transport's next try", async () => {
    const world = new FakeForwardWorld();
    const runner = await up(world);
    world.transport.goesDown(describeCause('transport-down', { what: 'The cluster prod' }));
    await world.tunnel.dies(killed);
    expect(runner.snapshot().nextRetryAt).toBeNull();
    world.transport.tryAt = world.clock.now() + 30_000;
    expect(runner.snapshot().nextRetryAt).toBe(world.clock.wallNow() + 30_000);
    runner.dispatch({ type: 'triggered', trigger: 'user' });
    expect(world.transport.said.at(-1)).toBe('demand');
    expect([runner.snapshot().phase, world.tunnels.length]).toEqual(['waiting', 1]);
    runner.dispatch({ type: 'retry-forced' });
    expect([runner.snapshot().phase, world.tunnels.length]).toEqual(['connecting', 2]);
  });

  it("counts down to its own next try, not the transport's, while it waits for something else", async () => {
    const world = new FakeForwardWorld();
    const runner = await started(world);
    world.isOnline = false;
    await world.tunnel.dies(describeCause('host-unreachable'));
    world.transport.goesDown(describeCause('transport-down', { what: 'The cluster prod' }));
    world.transport.tryAt = world.clock.now() + 30_000;
    const { cause, nextRetryAt } = runner.snapshot();
    expect([cause?.code, nextRetryAt]).toEqual(['network-down', world.clock.wallNow() + 5_500]);
  });
});
