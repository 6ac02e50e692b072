/** Sessions of the real kubectl proxy with an API server that can refuse in every way. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { startEchoServer, startSilentServer } from '../../../e2e/fixtures/servers.ts';
import type { Cause } from '../../../shared/failure.ts';
import { systemClock } from '../clock.ts';
import type { Carrier } from '../transport/carrier.ts';
import { noAnswer } from './kube-api.ts';
import { createKubeRequests } from './kube-requests.ts';
import { KubeWorld, podPort } from './testing/kube-world.ts';
import { continueProcess, stopProcess } from '../transport/testing/stopped-process.ts';

let world: KubeWorld;

beforeEach(async () => {
  world = await KubeWorld.create();
});

afterEach(() => world.dispose());

/** The cause that both `ready` and `ended` report. */
async function causeOf(session: Carrier): Promise<Cause> {
  const ready = await session.ready;
  if (ready.ok) throw new Error('it became ready');
  expect((await session.ended).cause).toBe(ready.error);
  return ready.error;
}

describe('a session', () => {
  it('is ready when the API server has answered, and leaves nothing behind', async () => {
    const { session } = await world.openReady();
    expect(world.api.requests).toContain('GET /version');
    expect(await session.proveTransport(5_000)).toEqual({ kind: 'alive' });
    expect((await session.stop()).cause).toBeNull();
    expect(await world.filesLeft()).toEqual([]);
  });

  it('lets through the requests that are used, and nothing else', async () => {
    const { requests } = await world.openReady();
    const statuses = async (paths: readonly string[]): Promise<readonly number[]> =>
      Promise.all(paths.map(async (path) => (await requests.get(path)).status));
    expect(
      await statuses([
        '/readyz',
        '/api/v1/namespaces/default/pods',
        '/api/v1/namespaces/default/services/web',
      ]),
    ).toEqual([200, 200, 200]);
    const asked = world.api.requests.length;
    expect(
      await statuses([
        '/api/v1/namespaces/default/secrets',
        '/api/v1/secrets',
        '/api/v1/namespaces/default/pods/web-0/exec',
        '/api/v1/namespaces/default/pods/web-0/log',
        '/api/v1/namespaces/default/configmaps',
      ]),
    ).toEqual([403, 403, 403, 403, 403]);
    expect(world.api.requests).toHaveLength(asked);
  });

  it.runIf(process.platform === 'linux')('closes a silent HTTP/2 connection within 8 s', async () => {
    const { session } = await world.openReady();
    const environment = await readFile(`/proc/${String(session.pid)}/environ`, 'utf8');
    expect(environment.split('\0')).toEqual(
      expect.arrayContaining(['HTTP2_READ_IDLE_TIMEOUT_SECONDS=5', 'HTTP2_PING_TIMEOUT_SECONDS=3']),
    );
  });

  it('reports a context that is not in the kubeconfig', async () => {
    expect((await causeOf(world.open({ context: 'nowhere' }))).code).toBe('context-missing');
  });

  it('reports an API server that is not running', async () => {
    await world.api.stop();
    expect(await causeOf(world.open())).toMatchObject({
      code: 'connection-refused',
      title: expect.stringMatching(/^127\.0\.0\.1:\d+ refused the connection$/) as string,
    });
  });

  it('reports credentials that are not accepted', async () => {
    world.api.setAccess('unauthorized');
    expect((await causeOf(world.open())).code).toBe('unauthorized');
  });

  it('waits for an API server that has just started to load its roles', async () => {
    world.api.setAccess('starting');
    const session = world.open();
    await eventually('it has sent a request', () => world.api.requests.length > 1);
    world.api.setAccess('allowed');
    expect((await session.ready).ok).toBe(true);
  });

  it('is ready for a user who may not even read the version', async () => {
    world.api.setAccess('starting');
    expect((await world.open().ready).ok).toBe(true);
  });
});

it('reports an API server that does not answer, after the start deadline', async () => {
  const silent = await startSilentServer();
  const impatient = await KubeWorld.create({ startTimeoutMs: 500 });
  await impatient.api.client.setServer(`http://127.0.0.1:${String(silent.port)}`);
  expect((await causeOf(impatient.open())).code).toBe('timed-out');
  await impatient.dispose();
  await silent.stop();
});

describe('the proof', () => {
  it('is silent within its deadline while the API server does not answer', async () => {
    const { session } = await world.openReady();
    world.api.setHanging(true);
    const startedAt = performance.now();
    expect(await session.proveTransport(300)).toEqual({ kind: 'silent' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    world.api.setHanging(false);
    expect(await session.proveTransport(5_000)).toEqual({ kind: 'alive' });
  });

  it('gives the reason while the API server is down, and the same session continues when it is back', async () => {
    const { session } = await world.openReady();
    await world.api.stop();
    expect(await session.proveTransport(5_000)).toMatchObject({
      kind: 'dead',
      cause: { code: 'connection-refused' },
    });
    await world.api.start();
    expect(await session.proveTransport(5_000)).toEqual({ kind: 'alive' });
  });

  it('is dead while the sign-in page of a network answers, and the same session continues afterwards', async () => {
    const { session } = await world.openReady();
    world.api.setAccess('portal');
    expect(await session.proveTransport(5_000)).toMatchObject({
      kind: 'dead',
      cause: { title: 'Another server answers in place of the API server', evidence: 'Welcome' },
    });
    world.api.setAccess('allowed');
    expect(await session.proveTransport(5_000)).toEqual({ kind: 'alive' });
  });

  it('accepts 403 as an answer, but not soon after an outage', async () => {
    const { session } = await world.openReady();
    world.api.setAccess('starting');
    expect(await session.proveTransport(5_000)).toEqual({ kind: 'alive' });
    await world.api.stop();
    await session.proveTransport(5_000);
    await world.api.start();
    expect(await session.proveTransport(5_000)).toEqual({ kind: 'silent' });
    world.api.setAccess('allowed');
    expect(await session.proveTransport(5_000)).toEqual({ kind: 'alive' });
  });

  it('reports a kubectl that is stopped, and one that was killed', async () => {
    const { session } = await world.openReady();
    await stopProcess(session.pid ?? 0);
    expect(await session.proveTransport(5_000)).toMatchObject({ kind: 'dead', cause: { code: 'stopped' } });
    await continueProcess(session.pid ?? 0);
    process.kill(session.pid ?? 0, 'SIGKILL');
    expect((await session.ended).cause?.code).toBe('killed');
    expect(await session.proveTransport(5_000)).toMatchObject({ kind: 'dead', cause: { code: 'killed' } });
  });
});

describe('with a credential plugin', () => {
  let secure: KubeWorld;

  beforeEach(async () => {
    secure = await KubeWorld.create({ tls: true });
  });

  afterEach(() => secure.dispose());

  it('reports that it is missing', async () => {
    await secure.api.client.setUser({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'aws-of-nowhere',
        interactiveMode: 'Never',
      },
    });
    expect(await causeOf(secure.open())).toMatchObject({
      code: 'plugin-missing',
      title: 'The credential plugin aws-of-nowhere was not found',
    });
  });

  it('quotes its output, with the command that signs in again', async () => {
    const words = 'The SSO session associated with this profile has expired or is otherwise invalid.';
    await secure.installPlugin('aws', `echo '${words}' >&2; exit 255`);
    expect(await causeOf(secure.open())).toMatchObject({
      code: 'credentials-expired',
      action: { kind: 'copy-command', command: 'aws sso login' },
    });
  });

  it('makes the plugin renew its token when an upgrade is refused with 401, and retries once', async () => {
    const status = '{"token":"\'$(cat "$0.token")\'"}';
    await secure.installPlugin(
      'cloud',
      `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${status}}'`,
    );
    const given = path.join(secure.api.client.binDirectory, 'cloud.token');
    await writeFile(given, 'first');
    secure.api.setToken('first');
    const echo = await startEchoServer();
    secure.api.setTarget(podPort, echo);
    const { streams } = await secure.podStreams();
    await writeFile(given, 'second');
    secure.api.setToken('second');
    const stream = await secure.connected(streams);
    stream.end('hello');
    const chunks = await stream.toArray();
    expect(Buffer.concat(chunks as Buffer[]).toString()).toBe('hello');
    await echo.stop();
  });

  it('reports a certificate that is not trusted', async () => {
    await secure.api.client.setServer(secure.api.url);
    expect((await causeOf(secure.open())).code).toBe('certificate-invalid');
  });
});

describe('requests', () => {
  it('watch: report each change until they are aborted', async () => {
    const { requests } = await world.openReady();
    const events: unknown[] = [];
    const ending = new AbortController();
    const { body } = await requests.get('/api/v1/namespaces/default/pods');
    const { resourceVersion } = (body as { metadata: { resourceVersion: string } }).metadata;
    world.api.requests.length = 0;
    const watching = requests.watch(
      `/api/v1/namespaces/default/pods?watch=true&resourceVersion=${resourceVersion}`,
      (event) => events.push((event as { type: string }).type),
      ending.signal,
    );
    await eventually('the watch is there', () =>
      world.api.requests.includes('GET /api/v1/namespaces/default/pods'),
    );
    world.api.setPodReady('web-0', false);
    world.api.addPod('web-1');
    world.api.removePod('web-1');
    await eventually('three events', () => events.length === 3);
    expect(events).toEqual(['MODIFIED', 'ADDED', 'DELETED']);
    ending.abort();
    expect(await watching).toEqual({ kind: 'aborted' });
  });

  it('watch: report a refusal, and a connection that breaks', async () => {
    const { requests, session } = await world.openReady();
    const { signal } = new AbortController();
    const watch = () => requests.watch('/api/v1/namespaces/default/pods?watch=true', () => undefined, signal);
    world.api.setAllowed('watch', 'pods', false);
    expect(await watch()).toMatchObject({ kind: 'refused', answer: { status: 403 } });
    world.api.setAllowed('watch', 'pods', true);
    const before = world.api.requests.length;
    const watching = watch();
    await eventually('the watch is there', () => world.api.requests.length > before);
    process.kill(session.pid ?? 0, 'SIGKILL');
    expect((await watching).kind).toBe('failed');
  });

  it('get: answer in time or fail, and never reject', async () => {
    const { requests } = await world.openReady();
    world.api.setHanging(true);
    const { signal } = new AbortController();
    expect(await requests.get('/version', { signal, timeoutMs: 200 })).toEqual({
      status: noAnswer,
      body: 'no answer within 0.2 s',
    });
    expect(await requests.get('/version', { signal: AbortSignal.abort() })).toMatchObject({
      status: noAnswer,
    });
    const nowhere = createKubeRequests(path.join(world.runtimeDirectory, 'none.kube'), systemClock);
    expect((await nowhere.get('/version')).body).toMatch(/ENOENT/);
  });
});
