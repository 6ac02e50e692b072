/** Services with a shared transport fail and recover together: the real daemon, a real kubectl, two real sshd. */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { startKubeApi, type KubeApi } from '../../../e2e/fixtures/kube-api.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import { createSshClient } from '../../../e2e/fixtures/ssh-client.ts';
import { startSshd, type Sshd } from '../../../e2e/fixtures/sshd.ts';
import { openSteadyConnection } from '../../../e2e/fixtures/steady-connection.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { Scope } from '../scope.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

let scope: Scope;
let echo: FixtureServer;
let daemon: RunningDaemon;

beforeEach(async () => {
  scope = new Scope('test');
  echo = await startEchoServer();
  scope.own('echo server', () => echo.stop());
});

afterEach(() => scope.close());

async function run(
  services: readonly object[],
  env: Readonly<Record<string, string>>,
  rest: object = {},
): Promise<void> {
  const defaults = {
    health_check: { type: 'tcp', interval: '500ms', timeout: '1s', failure_threshold: 1 },
    restart_policy: { max_attempts: 2, initial_delay: '100ms', max_delay: '100ms' },
  };
  daemon = await startDaemon({
    config: JSON.stringify({ version: '1.0', defaults, services, ...rest }),
    env,
  });
  scope.own('daemon', () => daemon.stop());
}

const searchPath = (...directories: readonly string[]): string =>
  [...directories, process.env['PATH']].join(path.delimiter);

/** Each service on its own line, as a user would see it. */
const seen = (services: readonly ServiceSnapshot[]): readonly string[] =>
  services.map(({ name, phase, health, cause }) => [name, phase, health, cause?.title ?? ''].join(', '));

async function becomes(...expected: readonly string[]): Promise<readonly ServiceSnapshot[]> {
  let services: readonly ServiceSnapshot[] = [];
  const isSo = async (): Promise<boolean> => {
    ({ services } = await daemon.snapshot());
    return JSON.stringify(seen(services)) === JSON.stringify(expected);
  };
  await eventually(expected.join('; '), isSo, 15_000).catch(() => {
    expect(seen(services)).toEqual(expected);
  });
  return services;
}

const up = (name: string): string => `${name}, up, healthy, `;

describe('services of one cluster', () => {
  let kube: KubeApi;

  beforeEach(async () => {
    kube = await startKubeApi();
    scope.own('cluster', () => kube.dispose());
    for (const name of ['api', 'web', 'db']) {
      kube.addPod(`${name}-0`);
      kube.addService(name, { ports: [7000] });
    }
    kube.setTarget(7000, echo);
  });

  const env = (): Readonly<Record<string, string>> => ({
    PATH: searchPath(kube.client.binDirectory),
    KUBECONFIG: kube.client.kubeconfigFile,
  });

  const kubectl = async (name: string, rest: object = {}): Promise<object> => ({
    name,
    technology: 'kubectl',
    local_port: await freePort(),
    remote_port: 7000,
    connection: { resource_name: name, context: kube.client.contexts.current },
    ...rest,
  });

  it('wait together while it is down, with one session for all, and recover together with their clients', async () => {
    await run([await kubectl('api'), await kubectl('web'), await kubectl('db')], env());
    const [api] = await becomes(up('api'), up('web'), up('db'));
    await kube.stop();
    const away = (name: string): string => `${name}, waiting, unknown, The cluster fixture cannot be reached`;
    const waiting = await becomes(away('api'), away('web'), away('db'));
    expect(waiting.map(({ cause }) => cause?.code)).toEqual([
      'transport-down',
      'transport-down',
      'transport-down',
    ]);
    const restarts = waiting.map((service) => service.restarts);
    const client = exchange({ host: '127.0.0.1', port: api?.localPort ?? 0 }, 'are you there?');
    kube.requests.length = 0;
    await kube.start();
    const back = await becomes(up('api'), up('web'), up('db'));
    expect(await client).toBe('are you there?');
    // The service with a waiting client tries on its own. Each of the others tries once, when the cluster has answered.
    expect(back.slice(1).map((service, index) => service.restarts - (restarts[index + 1] ?? 0))).toEqual([
      1, 1,
    ]);
  });

  it('keep the context that was current when they came up, and use the new one once they are turned on again', async () => {
    const { current, other } = kube.client.contexts;
    const service = await kubectl('api', { connection: { resource_name: 'api' } });
    await run([service], env());
    const [api] = await becomes(up('api'));
    expect(api?.route).toBe(`${current} · svc/api`);
    await kube.client.change((config) => {
      config['current-context'] = other;
    });
    const [told] = await eventuallyServices(([one]) => one?.otherContext === other);
    // Its pod is replaced, and its kubectl dies.
    kube.addPod('api-1');
    kube.removePod('api-0');
    process.kill(told?.pid ?? 0, 'SIGKILL');
    const [stays] = await eventuallyServices(([one]) => one?.pid !== told?.pid && one?.health === 'healthy');
    expect([stays?.route, stays?.otherContext]).toEqual([`${current} · svc/api`, other]);
    await daemon.client.request('set-desired', { target: { kind: 'all' }, desired: 'off' });
    await daemon.client.request('set-desired', { target: { kind: 'all' }, desired: 'on' });
    const [moved] = await becomes(up('api'));
    expect([moved?.route, moved?.otherContext]).toEqual([`${other} · svc/api`, undefined]);
  });

  it('on demand keep the context, too, while no client uses them', async () => {
    const { current, other } = kube.client.contexts;
    await run([await kubectl('api', { on_demand: '1s', connection: { resource_name: 'api' } })], env());
    const [idle] = await becomes('api, idle, unknown, ');
    await kube.client.change((config) => {
      config['current-context'] = other;
    });
    await eventuallyServices(([one]) => one?.otherContext === other);
    expect(kube.requests).toEqual([]);
    expect(await exchange({ host: '127.0.0.1', port: idle?.localPort ?? 0 }, 'hello')).toBe('hello');
    const [used] = await eventuallyServices(([one]) => one?.phase === 'idle' && one.bytesIn > 0);
    expect([used?.route, used?.otherContext]).toEqual([`${current} · svc/api`, other]);
  });

  it('switch to the current context in one step when the user asks for it, and keep their port for this run', async () => {
    const { current, other } = kube.client.contexts;
    const pinned = await kubectl('web');
    await run([await kubectl('api', { connection: { resource_name: 'api' } }), pinned], env());
    await becomes(up('api'), up('web'));
    const port = await freePort();
    const one = { kind: 'names', names: ['api'] } as const;
    await daemon.client.request('set-desired', { target: one, desired: 'on', port });
    const [, before] = await becomes(up('api'), up('web'));
    await kube.client.change((config) => {
      config['current-context'] = other;
    });
    await eventuallyServices(([api]) => api?.otherContext === other);
    const all = { kind: 'all' } as const;
    expect(await daemon.client.request('use-context', { target: all })).toEqual({
      ok: true,
      value: { accepted: ['api', 'web'], refused: [] },
    });
    await eventuallyServices(([api]) => api?.route === `${other} · svc/api`);
    const [moved, stays] = await becomes(up('api'), up('web'));
    expect([moved?.localPort, moved?.desired, moved?.otherContext]).toEqual([port, 'on', undefined]);
    expect([stays?.route, stays?.since]).toEqual([`${current} · svc/web`, before?.since]);
  });

  it('come up on their own when their pods appear, without a client', async () => {
    kube.removePod('api-0');
    kube.removePod('db-0');
    kube.setPodPhase('web-0', 'Pending');
    const labels = await kubectl('labels', {
      connection: { selector: 'app=db', context: kube.client.contexts.current },
    });
    await run([await kubectl('api'), await kubectl('web'), labels], env());
    await eventuallyServices((services) => services.every(({ cause }) => cause?.code === 'no-ready-pod'));
    kube.addPod('api-1');
    kube.setPodPhase('web-0', 'Running');
    kube.addPod('db-1');
    await becomes(up('api'), up('web'), up('labels'));
  });

  it('reconnect a service that monitors cluster health only once a node is ready', async () => {
    kube.addNode('one', true);
    const cluster_health = { interval: '1s', failure_threshold: 1, retry_attempts: 0, timeout: '5s' };
    const aware = await kubectl('api', { health_check: { cluster_aware: true } });
    const plain = await kubectl('web');
    await run([aware, plain], env(), { cluster_contexts: { fixture: { cluster_health } } });
    const before = await becomes(up('api'), up('web'));
    kube.addNode('one', false);
    kube.requests.length = 0;
    const questions = (): number => kube.requests.filter((request) => request === 'GET /api/v1/nodes').length;
    await eventually('the answer has arrived: the next question came', () => questions() >= 3);
    // The shared kubectl.
    process.kill(before[0]?.pid ?? 0, 'SIGKILL');
    const sick = await eventuallyServices(
      ([api, web]) =>
        api?.phase === 'waiting' &&
        // A request that was under way fails with the killed kubectl, and is repeated.
        api.cause?.evidence === 'its only node is not ready' &&
        (web?.restarts ?? 0) > (before[1]?.restarts ?? 0),
    );
    expect(sick[0]).toMatchObject({ restarts: before[0]?.restarts, cause: { code: 'cluster-unwell' } });
    await becomes(seen(sick)[0] ?? '', up('web'));
    kube.addNode('one', true);
    await becomes(up('api'), up('web'));
  });
});

async function eventuallyServices(
  isSo: (services: readonly ServiceSnapshot[]) => boolean,
): Promise<readonly ServiceSnapshot[]> {
  let services: readonly ServiceSnapshot[] = [];
  await eventually(
    'the services are so',
    async () => {
      ({ services } = await daemon.snapshot());
      return isSo(services);
    },
    15_000,
  ).catch(() => {
    throw new Error(`they are not: ${seen(services).join('; ')}`);
  });
  return services;
}

describe('services of one ssh host', () => {
  const refused = (): string => `127.0.0.1:${String(bastion.port)} refused the connection`;
  let bastion: Sshd;
  let other: Sshd;

  beforeEach(async () => {
    const client = await createSshClient();
    scope.own('ssh client', () => client.dispose());
    bastion = await startSshd({ client });
    scope.own('bastion', () => bastion.dispose());
    other = await startSshd({ client });
    scope.own('other host', () => other.dispose());
    await bastion.trust();
    await other.trust();
  });

  const ssh = async (name: string, { host, port, user }: Sshd): Promise<object> => ({
    name,
    technology: 'ssh',
    local_port: await freePort(),
    remote_port: echo.port,
    connection: { host, port, user, remote_host: '127.0.0.1' },
  });

  it('wait together while it is down and recover together; a connection through another host continues', async () => {
    const services = [await ssh('one', bastion), await ssh('two', bastion), await ssh('elsewhere', other)];
    await run(services, { PATH: searchPath(bastion.binDirectory) });
    const [, , elsewhere] = await becomes(up('one'), up('two'), up('elsewhere'));
    const steady = await openSteadyConnection({ host: '127.0.0.1', port: elsewhere?.localPort ?? 0 });
    scope.own('steady connection', () => steady.close());
    await bastion.stop();
    const away = (name: string): string => `${name}, waiting, unknown, ${refused()}`;
    await becomes(away('one'), away('two'), up('elsewhere'));
    const logins = bastion.log.length;
    await bastion.start();
    await becomes(up('one'), up('two'), up('elsewhere'));
    expect(bastion.log.slice(logins).filter((line) => line.startsWith('Accepted'))).toHaveLength(1);
    expect(await steady.echo('still here')).toBe('still here');
  });

  it('log in once, and once more immediately when the user wants a try after their host is back', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    const restart_policy = { initial_delay: '60s', max_delay: '60s' };
    const services = await Promise.all(names.map((name) => ssh(name, bastion)));
    await run(
      services.map((service) => ({ ...service, restart_policy })),
      { PATH: searchPath(bastion.binDirectory) },
    );
    const logins = (): number => bastion.log.filter((line) => line.startsWith('Accepted')).length;
    await becomes(...names.map(up));
    expect(logins()).toBe(1);
    await bastion.stop();
    await becomes(...names.map((name) => `${name}, waiting, unknown, ${refused()}`));
    await bastion.start();
    await tryAgain();
    await becomes(...names.map(up));
    expect(logins()).toBe(2);
  });

  it('log in again silently when their server closes idle connections', async () => {
    const idle = await startSshd({ client: bastion.client, config: ['UnusedConnectionTimeout 1'] });
    scope.own('idle host', () => idle.dispose());
    await idle.trust();
    const service = { ...(await ssh('one', idle)), health_check: { type: 'none' } };
    await run([service], { PATH: searchPath(idle.binDirectory) });
    const logins = (): number => idle.log.filter((line) => line.startsWith('Accepted')).length;
    const states = new Set<string>();
    await eventually('the server has ended it several times', async () => {
      const { services } = await daemon.snapshot();
      for (const { phase, cause } of services) states.add(`${phase} ${cause?.code ?? ''}`);
      return logins() >= 4;
    });
    // The server may end it at the very moment at which a client uses it, unless it is new.
    const before = logins();
    await eventually('it has just logged in', () => logins() > before);
    const [one] = await becomes('one, up, ready, ');
    expect(one?.outages.count).toBe(0);
    expect([...states].filter((state) => !/^(?:up|connecting) $/.test(state))).toEqual([]);
    expect(await exchange({ host: '127.0.0.1', port: one?.localPort ?? 0 }, 'hello')).toBe('hello');
  });

  it('on demand log in for the first client, log out when no client uses them, and log in again', async () => {
    // A shared login would stay open for a while, for other services.
    const service = { ...(await ssh('one', bastion)), on_demand: '1s', share: false };
    await run([service], { PATH: searchPath(bastion.binDirectory) });
    const lines = (start: string): number => bastion.log.filter((line) => line.startsWith(start)).length;
    const [{ localPort } = { localPort: 0 }] = await becomes('one, idle, unknown, ');
    const say = (): Promise<string> => exchange({ host: '127.0.0.1', port: localPort }, 'hello');
    expect(lines('Accepted')).toBe(0);
    expect(await say()).toBe('hello');
    expect(lines('Accepted')).toBe(1);
    await becomes('one, idle, unknown, ');
    await eventually('it has logged out', async () => (await bastion.sessionPids()).length === 0);
    expect(await say()).toBe('hello');
    const [one] = await becomes('one, idle, unknown, ');
    expect([lines('Accepted'), one?.restarts, one?.outages.count]).toEqual([2, 0, 0]);
  });

  const tryAgain = (): Promise<unknown> => daemon.client.request('retry', { target: { kind: 'all' } });
});
