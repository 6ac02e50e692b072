import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';
import { silentLogger } from '../observability/logger.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { ok } from '../../../shared/result.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { PromptQueue } from '../prompts/prompt-queue.ts';
import { sshTransports } from '../pool/ssh-transports.ts';
import { createSshAdapter } from './ssh-adapter.ts';
import { FakeChild } from '../transport/testing/fake-child.ts';
import { serviceWith, sshConnection } from './testing/service-specs.ts';
import type { Tunnel } from './tunnel-adapter.ts';

let end = async (): Promise<void> => undefined;
afterEach(() => end());

function sshOnFakeChildren() {
  const clock = new FakeClock();
  const children: FakeChild[] = [];
  const opened: Tunnel[] = [];
  end = async () => {
    const stopped = opened.map((tunnel) => tunnel.stop());
    for (const child of children) child.exit();
    await Promise.all(stopped);
  };
  const launcher: ChildLauncher = {
    launch: (request) => {
      const child = new FakeChild();
      const launched = child.launch(request);
      // It has no ssh_config to tell of.
      if (request.argv.includes('-G')) child.exit({ exitCode: 1 });
      else children.push(child);
      return launched;
    },
  };
  const runtimeDirectory = '/nonexistent';
  /** The requests to masters. */
  const requests: string[] = [];
  let answer: Promise<void> = Promise.resolve();
  const reply = (what: string) => async () => {
    requests.push(what);
    await answer;
    return ok(undefined);
  };
  const mux = { open: reply('open'), close: reply('close') };
  const withholdReplies = (): (() => void) => {
    let give = (): void => undefined;
    answer = new Promise((resolve) => (give = resolve));
    return give;
  };
  const prompts = new PromptQueue({ clock, onChange: () => undefined, onSecret: () => undefined });
  const transports = sshTransports('test', { launcher, clock, runtimeDirectory, prompts });
  const adapter = createSshAdapter({ launcher, clock, runtimeDirectory, transports, mux });
  let count = 0;
  const open = (given: Partial<SshConnection>, forced = false, more: Partial<ServiceSpec> = {}) => {
    const service = { ...serviceWith(sshConnection(given)), ...more };
    const tunnel = adapter.open({ id: `t#${++count}`, service, log: silentLogger, forced });
    opened.push(tunnel);
    return tunnel;
  };
  /** The arguments of the child's ssh. */
  const argvOf = (child: FakeChild | undefined): string => child?.requests[0]?.argv.join(' ') ?? '';
  const becomesReady = async (child: FakeChild | undefined): Promise<void> => {
    // Behind a jump host, its session comes first.
    child?.say('debug1: Entering interactive session.');
    child?.say('debug1: Entering interactive session.');
    await settle();
  };
  /** The files of a failed attempt are removed first, which takes disk time. */
  const untilLaunched = (launched: number): Promise<void> =>
    vi.waitFor(() => {
      expect(children).toHaveLength(launched);
    });
  const targets = (): readonly (string | undefined)[] =>
    children.map((child) => child.requests[0]?.argv.at(-1));
  return { clock, children, open, argvOf, becomesReady, untilLaunched, targets, requests, withholdReplies };
}

describe('the ssh adapter', () => {
  it('logs in once at a time at each host, in order', async () => {
    const { children, open, becomesReady, untilLaunched } = sshOnFakeChildren();
    const tunnels = ['a', 'b', 'c'].map((user) => open({ host: 'bastion', user }));
    open({ host: 'elsewhere' });
    expect(children).toHaveLength(2);
    await becomesReady(children[0]);
    expect((await tunnels[0]!.ready).ok).toBe(true);
    expect(children).toHaveLength(3);
    children[2]?.exit({ exitCode: 255 });
    await untilLaunched(4);
  });

  it('closes a forward whose tunnel was stopped while opening, and the tunnel never becomes ready', async () => {
    const { children, open, becomesReady, requests, withholdReplies } = sshOnFakeChildren();
    const giveAnswers = withholdReplies();
    const tunnel = open({ host: 'bastion' });
    await becomesReady(children[0]);
    expect(requests).toEqual(['open']);
    const ended = tunnel.stop();
    giveAnswers();
    expect((await ended).cause).toBeNull();
    expect(requests).toEqual(['open', 'close']);
    expect(await tunnel.ready).toMatchObject({ ok: false });
  });

  it('gives a server the time of start_timeout, and ssh no less', async () => {
    const { clock, children, open, argvOf } = sshOnFakeChildren();
    const quick = open({ host: 'quick' }, false, { startTimeoutMs: 1_000 });
    const slow = open({ host: 'slow' }, false, { startTimeoutMs: 90_000 });
    expect(children.map((child) => /ConnectTimeout=\d+/.exec(argvOf(child))?.[0])).toEqual([
      'ConnectTimeout=10',
      'ConnectTimeout=90',
    ]);
    await clock.advance(1_000);
    expect(await quick.ready).toMatchObject({
      error: {
        title: 'quick did not answer in time',
        remedy: 'Check the network or the VPN; if it only needs longer, raise start_timeout (now 1s)',
      },
    });
    await clock.advance(59_000);
    expect(children[1]?.stops).toEqual([]);
    void slow.stop();
  });

  it.each([
    [{ host: 'bastion', port: 22 }],
    [{ host: 'target', jump: ['me@bastion'] }],
    [{ host: 'target', jump: ['bastion:22'] }],
  ])('takes port 22 for the one that is not named: %o', (other) => {
    const { children, open } = sshOnFakeChildren();
    open({ host: 'bastion' });
    open(other);
    expect(children).toHaveLength(1);
  });

  it('counts logins per host, and skips one that was stopped while it waited', async () => {
    const { children, open, untilLaunched, targets } = sshOnFakeChildren();
    open({ host: 'target-0', jump: ['me@bastion', 'inner'] });
    const waits = open({ host: 'target-1', jump: ['you@bastion'] });
    expect((await waits.stop()).cause).toBeNull();
    open({ host: 'target-2', jump: ['bastion'] });
    children[0]?.exit({ exitCode: 255 });
    await untilLaunched(2);
    expect(targets()).toEqual(['target-0', 'target-2']);
  });

  it('delays only connections to the same host when a host behind a jump host is silent', async () => {
    const { children, open, untilLaunched, targets, becomesReady } = sshOnFakeChildren();
    for (const [host, user] of [
      ['silent', 'a'],
      ['silent', 'b'],
      ['target', 'a'],
    ] as const)
      open({ host, user, jump: ['bastion'] });
    children[0]?.say('debug1: Connection established.');
    children[0]?.say('Authenticated to bastion ([10.0.0.8]:22) using "publickey".');
    await untilLaunched(2);
    expect(targets()).toEqual(['silent', 'target']);
    await becomesReady(children[1]);
    expect(children).toHaveLength(2);
    children[0]?.exit({ exitCode: 255 });
    await untilLaunched(3);
  });

  it('tries another connection beside an unanswered one, each with its own sockets', async () => {
    const { clock, children, open, argvOf, becomesReady } = sshOnFakeChildren();
    const tunnel = open({ host: 'bastion' });
    await clock.advance(4_000);
    expect(children.map(({ stops }) => stops)).toEqual([[], [false], []]);
    expect(new Set(children.map(argvOf)).size).toBe(3);
    await becomesReady(children[2]);
    expect(tunnel.pid).toBe(children[2]?.pid);
    expect(children.map(({ stops }) => stops)).toEqual([[false], [false], []]);
  });

  it.each([
    ['the connection is established', [], 'debug1: Connection established.'],
    [
      'a jump host has answered',
      ['bastion'],
      'debug1: Remote protocol version 2.0, remote software version x',
    ],
    ['a program of ssh_config connects', [], 'debug1: Executing proxy command: exec cloudflared access ssh'],
  ])('tries no other connection once %s', async (_, jump, line) => {
    const { clock, children, open } = sshOnFakeChildren();
    open({ host: 'target', jump });
    children[0]?.say('debug1: Connecting to target [192.0.2.1] port 22.');
    if (jump.length > 0) children[0]?.say('debug1: Executing proxy command: exec ssh -W x');
    await clock.advance(1_000);
    children[0]?.say(line);
    await clock.advance(20_000);
    expect(children).toHaveLength(1);
  });

  it('fails at once with the same cause when the same login has just failed', async () => {
    const { clock, children, open, untilLaunched } = sshOnFakeChildren();
    const [first, queued] = [open({ host: 'bastion' }), open({ host: 'bastion' })];
    children[0]?.say('debug1: Connection established.');
    children[0]?.say('me@bastion: Permission denied (publickey).');
    children[0]?.exit({ exitCode: 255 });
    const { cause } = await first.ended;
    expect(cause?.code).toBe('auth-failed');
    expect((await queued.ended).cause).toBe(cause);
    expect((await open({ host: 'bastion' }).ended).cause).toBe(cause);
    expect(children).toHaveLength(1);

    // Another service may try later; a forced start may try now.
    open({ host: 'bastion', user: 'other' });
    await clock.advance(5_999);
    expect(children).toHaveLength(1);
    await clock.advance(1);
    expect(children).toHaveLength(2);
    children[1]?.exit({ exitCode: 255 });
    const forced = open({ host: 'bastion' }, true);
    await untilLaunched(3);
    children[2]?.say('me@bastion: Permission denied (publickey).');
    children[2]?.exit({ exitCode: 255 });
    await forced.ended;
    await clock.advance(59_999);
    expect((await open({ host: 'bastion' }).ended).cause?.code).toBe('auth-failed');
    await clock.advance(1);
    open({ host: 'bastion' });
    expect(children).toHaveLength(4);
  });
});
