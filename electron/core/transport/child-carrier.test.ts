import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { type ChildPlan, ChildCarrier, type LineMeaning } from './child-carrier.ts';
import { FakeChild } from './testing/fake-child.ts';
import { serviceWith, sshConnection } from '../tunnel/testing/service-specs.ts';
import type { Endpoint } from '../connect/endpoint.ts';

const endpoint: Endpoint = { kind: 'unix', path: '/run/1.sock' };
const refused = describeCause('target-refused');
const broken = describeCause('exited', { ending: 'broken' });

const meanings: Readonly<Record<string, LineMeaning>> = {
  ready: { kind: 'ready', endpoint },
  complaint: { kind: 'complaint', cause: refused, mayExplainEnd: false },
  fatal: { kind: 'fatal', cause: broken },
  chatter: { kind: 'chatter' },
};

describe('a carrier with one child process', () => {
  let clock: FakeClock;
  let child: FakeChild;
  let cleanUps: number;
  let logged: string[];
  let tunnel: ChildCarrier;

  const plan = (more: Partial<ChildPlan> = {}): ChildPlan => ({
    child: { name: 'test', argv: ['test'] },
    interpret: ({ text }) => meanings[text] ?? { kind: 'evidence' },
    cleanUp: async () => {
      cleanUps += 1;
    },
    ...more,
  });

  beforeEach(() => {
    clock = new FakeClock();
    child = new FakeChild();
    cleanUps = 0;
    logged = [];
    const log = (message: string): void => {
      logged.push(message);
    };
    tunnel = new ChildCarrier(
      { launcher: child, clock },
      {
        id: 'test#1',
        service: serviceWith(sshConnection({ password: 'hunter2' })),
        log: { debug: log, info: log, warn: log, error: log },
      },
    );
  });

  afterEach(async () => {
    const stopped = tunnel.stop();
    child.exit();
    await stopped;
  });

  it('is ready when its child reports it, and cancels the start deadline', async () => {
    tunnel.launch(plan());
    child.say('ready');
    expect(await tunnel.ready).toEqual({ ok: true, value: endpoint });
    expect(clock.pendingTimers).toBe(0);
    expect(tunnel.pid).toBe(4242);
  });

  it('is ready when its probe succeeds', async () => {
    tunnel.launch(plan({ probeReadiness: async () => ok(endpoint) }));
    expect(await tunnel.ready).toEqual({ ok: true, value: endpoint });
  });

  it('fails after the start deadline, with the last line of its child', async () => {
    tunnel.launch(plan());
    child.say('waiting for Godot');
    await clock.advance(29_999);
    expect(child.stops).toEqual([]);
    await clock.advance(1);
    expect(await tunnel.ready).toMatchObject({
      ok: false,
      error: { code: 'timed-out', evidence: 'waiting for Godot' },
    });
    expect(child.stops).toEqual([false]);
  });

  it('uses the start timeout of its service, and names the config key when that was too short', async () => {
    const patient = new ChildCarrier(
      { launcher: child, clock },
      {
        id: 'test#2',
        service: { ...serviceWith(sshConnection()), startTimeoutMs: 120_000 },
        log: silentLogger,
      },
    );
    patient.launch(plan());
    await clock.advance(119_999);
    expect(child.stops).toEqual([]);
    await clock.advance(1);
    expect(await patient.ready).toMatchObject({
      error: {
        evidence: 'no sign of readiness within 120 s',
        remedy: 'Check the network or the VPN; if it only needs longer, raise start_timeout (now 2m)',
      },
    });
    child.exit();
    await patient.ended;
  });

  it('waits for a prompt that is open at the start deadline, and restarts the deadline after the answer', async () => {
    let answer: () => void = () => undefined;
    const settled = new Promise<null>((resolve) => (answer = () => resolve(null)));
    const questions = [{ kind: 'question', prompt: 'to sign in', settled } as const];
    tunnel.launch(plan({ openQuestion: async () => questions.shift() ?? null }));
    await clock.advance(300_000);
    expect(child.stops).toEqual([]);
    expect(logged).toContain('waiting for you to sign in');
    answer();
    await clock.advance(29_999);
    expect(child.stops).toEqual([]);
    await clock.advance(1);
    expect(await tunnel.ready).toMatchObject({ error: { code: 'timed-out' } });
  });

  it('ends with the cause of a prompt that is not answered', async () => {
    const settled = Promise.resolve(broken);
    tunnel.launch(
      plan({ openQuestion: async () => ({ kind: 'question', prompt: 'who are you?', settled }) }),
    );
    await clock.advance(30_000);
    expect(await tunnel.ready).toEqual({ ok: false, error: broken });
  });

  it('explains why nothing happened before the start deadline, unless it becomes ready meanwhile', async () => {
    let explain: (cause: Cause) => void = () => undefined;
    const explained = new Promise<Cause>((resolve) => (explain = resolve));
    const other = new ChildCarrier(
      { launcher: new FakeChild(), clock },
      { id: 'test#2', service: serviceWith(sshConnection({})), log: silentLogger },
    );
    for (const one of [tunnel, other]) one.launch(plan({ explainTimeout: () => explained }));
    await clock.advance(30_000);
    child.say('ready');
    explain(broken);
    expect(await other.ready).toEqual({ ok: false, error: broken });
    expect(await tunnel.ready).toEqual({ ok: true, value: endpoint });
    expect(child.stops).toEqual([]);
  });

  it('explains an end by output of the last minute, not by a client that failed in the morning', async () => {
    tunnel.launch(plan());
    child.say('ready');
    await tunnel.ready;
    child.say('Permission denied (publickey).');
    await clock.advance(60_001);
    child.say('bye');
    child.exit({ exitCode: 255 });
    expect(await tunnel.ended).toMatchObject({ lastLines: ['bye'], cause: { code: 'exited' } });
  });

  it('reports the first cause of an end, not what the child prints on exit', async () => {
    tunnel.launch(plan());
    await clock.advance(30_000);
    child.say('Permission denied (publickey).');
    child.exit({ exitCode: 255 });
    expect((await tunnel.ended).cause).toMatchObject({ code: 'timed-out' });
  });

  it('stops a child that can never serve', async () => {
    tunnel.launch(plan());
    child.say('fatal');
    expect(await tunnel.ready).toEqual({ ok: false, error: broken });
    expect(child.stops).toEqual([false]);
    child.say('ready');
    child.exit();
    expect((await tunnel.ended).cause).toEqual(broken);
  });

  it('reports the same cause by ready and ended when its child exits early', async () => {
    tunnel.launch(plan());
    child.say('Permission denied (publickey).');
    child.exit({ exitCode: 255 });
    const { cause, exitCode } = await tunnel.ended;
    expect(cause).toMatchObject({ code: 'auth-failed' });
    expect(exitCode).toBe(255);
    expect(await tunnel.ready).toEqual({ ok: false, error: cause });
  });

  it('has no cause when it was stopped, whatever its child prints', async () => {
    tunnel.launch(plan());
    child.say('ready');
    const stopped = tunnel.stop();
    child.say('fatal');
    child.exit({ exitCode: null, signal: 'SIGTERM' });
    expect(await stopped).toMatchObject({ cause: null, signal: 'SIGTERM' });
  });

  it('does not become ready after it was stopped', async () => {
    tunnel.launch(plan());
    void tunnel.stop();
    child.say('ready');
    child.exit();
    expect(await tunnel.ready).toMatchObject({ ok: false });
  });

  it('passes force on, even after a polite request', async () => {
    tunnel.launch(plan());
    void tunnel.stop();
    void tunnel.stop({ force: true });
    expect(child.stops).toEqual([false, true]);
  });

  it('does not launch if it was stopped before, but cleans up', async () => {
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    tunnel.launch(plan());
    expect(child.requests).toEqual([]);
    expect(cleanUps).toBe(1);
    expect(await tunnel.ready).toMatchObject({ ok: false });
  });

  it('cleans up before it reports its end, and reports it even if that fails', async () => {
    let isClean = false;
    tunnel.launch(
      plan({
        cleanUp: async () => {
          await settle();
          isClean = true;
          throw new Error('read-only file system');
        },
      }),
    );
    child.exit();
    await tunnel.ended;
    expect(isClean).toBe(true);
    expect(logged.at(-1)).toContain('read-only file system');
  });

  it('passes complaints on, and does not report an old one as the cause of its end', async () => {
    const complaints: Cause[] = [];
    tunnel.onComplaint((cause) => complaints.push(cause));
    tunnel.launch(plan());
    child.say('ready');
    child.say('complaint');
    child.exit({ exitCode: 255 });
    expect(complaints).toEqual([refused]);
    expect(await tunnel.ended).toMatchObject({ cause: { code: 'exited' }, lastLines: [] });
  });

  it('keeps the last 20 lines, without chatter and without secrets', async () => {
    tunnel.launch(plan());
    for (let line = 1; line <= 25; line++) child.say(`line ${line} hunter2`);
    child.say('chatter');
    child.exit();
    const { lastLines } = await tunnel.ended;
    expect(lastLines).toHaveLength(20);
    expect(lastLines.at(0)).toBe('line 6 [hidden]');
    expect(lastLines.at(-1)).toBe('line 25 [hidden]');
    expect(logged.join()).not.toContain('hunter2');
  });

  it('reports a failure without a child', async () => {
    tunnel.fail(broken);
    expect(await tunnel.ready).toEqual({ ok: false, error: broken });
    expect(await tunnel.ended).toMatchObject({ cause: broken, exitCode: null });
    expect(tunnel.pid).toBeNull();
  });

  it('does not explain its end by output from before it was ready', async () => {
    tunnel.launch(plan());
    child.say('You have an expired token');
    child.say('Permission denied (publickey).');
    child.say('ready');
    child.exit({ exitCode: 255 });
    expect(await tunnel.ended).toMatchObject({ cause: { code: 'exited' }, lastLines: [] });
  });

  it('cannot prove its transport unless its technology has a round trip', async () => {
    tunnel.launch(plan());
    expect(await tunnel.proveTransport(100)).toEqual({ kind: 'unprovable' });
    child.exit();
    await tunnel.ended;
    expect(await tunnel.proveTransport(100)).toMatchObject({ kind: 'dead' });
  });
});
