/** Sessions whose credential plugin waits for the user at a sign-in page. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { startSilentServer } from '../../../e2e/fixtures/servers.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Carrier } from '../transport/carrier.ts';
import { KubeWorld, type KubeWorldOptions } from './testing/kube-world.ts';

let world: KubeWorld;

afterEach(() => world.dispose());

const file = (name: string): string => path.join(world.api.client.binDirectory, name);
/** The number of opened sign-in pages. */
const pages = async (): Promise<number> =>
  (await readFile(file('pages'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').length;

/** The plugin opens a page, prints its address, and waits; then runs `ending`. */
const installSignIn = (ending: string): Promise<void> =>
  world.installPlugin(
    'oidc',
    `echo page >> '${file('pages')}'
echo 'Please visit http://localhost:8000 in your browser' >&2
while [ ! -e '${file('signed-in')}' ]; do sleep 0.05; done
${ending}`,
  );
const token = `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'`;

/** Runs `factor` times as fast. */
const quickClock = (factor: number): Clock => ({
  now: () => systemClock.now() * factor,
  wallNow: () => systemClock.wallNow(),
  bootNow: () => systemClock.bootNow(),
  after: (delayMs, action) => systemClock.after(delayMs / factor, action),
});

describe('a sign-in', () => {
  it('has more time than start_timeout, on one page, and reports that the user is needed', async () => {
    world = await KubeWorld.create({ tls: true, startTimeoutMs: 2_000 });
    await installSignIn(token);
    const session = world.open();
    await eventually('the user is needed', () => world.userPrompts === 1);
    await writeFile(file('signed-in'), '');
    expect((await session.ready).ok).toBe(true);
    expect([await pages(), world.userPrompts]).toEqual([1, 1]);
  });

  it('is shown once it takes longer than a plugin that needs nobody, and until it is over', async () => {
    world = await KubeWorld.create({ tls: true, clock: quickClock(5) });
    await installSignIn(token);
    const session = world.open();
    await eventually('it is shown', () => world.prompts.prompts().length === 1);
    expect(world.prompts.prompts()).toMatchObject([
      { kind: 'sign-in', asker: 'oidc', services: [world.service.name] },
    ]);
    expect(world.userPrompts).toBe(0);
    await writeFile(file('signed-in'), '');
    expect((await session.ready).ok).toBe(true);
    expect(world.prompts.prompts()).toEqual([]);
  });

  it('is shown no longer once its session is stopped', async () => {
    world = await KubeWorld.create({ tls: true, clock: quickClock(5) });
    await installSignIn(token);
    const session = world.open();
    await eventually('it is shown', () => world.prompts.prompts().length === 1);
    await session.stop({ force: true });
    await eventually('it is shown no longer', () => world.prompts.prompts().length === 0);
  });

  it('that fails is retried only by the user, with the message of the plugin', async () => {
    world = await KubeWorld.create({ tls: true, startTimeoutMs: 2_000 });
    await installSignIn(`echo 'error: the browser was closed' >&2; exit 1`);
    const session = world.open();
    await eventually('the user is needed', () => world.userPrompts === 1);
    await writeFile(file('signed-in'), '');
    expect(await session.ready).toMatchObject({
      error: {
        code: 'credentials-expired',
        title: 'Signed out of fixture',
        evidence: 'error: the browser was closed',
        recheck: 'never',
      },
    });
    expect(await pages()).toBe(1);
  });

  it('that prints no token is not retried automatically either', async () => {
    world = await KubeWorld.create({ tls: true, startTimeoutMs: 2_000 });
    await installSignIn('echo welcome');
    const session = world.open();
    await eventually('the user is needed', () => world.userPrompts === 1);
    await writeFile(file('signed-in'), '');
    expect(await session.ready).toMatchObject({ error: { code: 'credentials-expired', recheck: 'never' } });
  });

  it('is given up after 5 minutes, and its plugin is stopped', async () => {
    const startTimeoutMs = 120_000;
    world = await KubeWorld.create({ tls: true, startTimeoutMs, clock: quickClock(60) });
    await installSignIn(token);
    const startedAt = systemClock.now();
    const session = world.open();
    expect(await session.ready).toMatchObject({
      error: {
        code: 'credentials-expired',
        evidence: 'Please visit http://localhost:8000 in your browser',
        recheck: 'never',
      },
    });
    expect((systemClock.now() - startedAt) * 60).toBeGreaterThanOrEqual(300_000);
    await session.ended;
    expect([await pages(), world.userPrompts]).toEqual([1, 1]);
    expect(world.launcher.alive()).toEqual([]);
  });

  it('ends with the session', async () => {
    world = await KubeWorld.create({ tls: true, startTimeoutMs: 1_000 });
    await installSignIn(token);
    const session = world.open();
    await eventually('the user is needed', () => world.userPrompts === 1);
    expect((await session.stop()).cause).toBeNull();
  });
});

describe('a sign-in in the middle of a session', () => {
  /** The first token is available; another one needs the user. */
  const withExpiringToken = async (options: KubeWorldOptions = {}): Promise<Carrier> => {
    world = await KubeWorld.create({ tls: true, ...options });
    world.api.setToken('first');
    await world.installPlugin('oidc', token.replace('"t"', '"first"'));
    const { session } = await world.openReady();
    await installSignIn(token);
    world.api.setToken('t');
    return session;
  };

  it('is no reason for a second session, and over when a request is answered', async () => {
    const session = await withExpiringToken();
    expect(session.isPromptingUser).toBe(false);
    expect(await session.proveTransport(1_000)).toEqual({ kind: 'silent' });
    expect(session.isPromptingUser).toBe(true);
    await writeFile(file('signed-in'), '');
    await eventually('it answers again', async () => (await session.proveTransport(1_000)).kind === 'alive');
    expect([session.isPromptingUser, await pages()]).toEqual([false, 1]);
  });

  it('is given up after 5 minutes', async () => {
    const session = await withExpiringToken({ clock: quickClock(100), startTimeoutMs: 600_000 });
    await eventually('it is dead', async () => {
      const proof = await session.proveTransport(60_000);
      return proof.kind === 'dead' && proof.cause.recheck === 'never';
    });
    expect(await pages()).toBe(1);
  });
});

describe('no sign-in', () => {
  it('explains an API server that does not answer: it has start_timeout', async () => {
    world = await KubeWorld.create({ tls: true, startTimeoutMs: 2_000 });
    await world.installPlugin('cloud', token);
    const silent = await startSilentServer();
    await world.api.client.setServer(`https://127.0.0.1:${String(silent.port)}`);
    expect(await world.open().ready).toMatchObject({ error: { code: 'timed-out' } });
    expect(world.userPrompts).toBe(0);
    await silent.stop();
  });

  it('remains after the plugin has exited: an API server that does not answer has start_timeout from then on', async () => {
    world = await KubeWorld.create({ tls: true, startTimeoutMs: 1_000 });
    await installSignIn(token);
    const silent = await startSilentServer();
    await world.api.client.setServer(`https://127.0.0.1:${String(silent.port)}`);
    const session = world.open();
    await eventually('the user is needed', () => world.userPrompts === 1);
    await writeFile(file('signed-in'), '');
    expect(await session.ready).toMatchObject({ error: { code: 'timed-out' } });
    await silent.stop();
  });
});
