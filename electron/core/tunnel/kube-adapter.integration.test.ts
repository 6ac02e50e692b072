import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cause } from '../../../shared/failure.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { startHttpProxy } from '../../../e2e/fixtures/http-proxy.ts';
import { type KubeApi, startKubeApi } from '../../../e2e/fixtures/kube-api.ts';
import { PausableLink } from '../../../e2e/fixtures/pausable-link.ts';
import { livingOf } from '../../../e2e/fixtures/process-tree.ts';
import {
  echoChecksums,
  exchange,
  type FixtureServer,
  listenTo,
  startChecksumServer,
  startEchoServer,
  startSilentServer,
} from '../../../e2e/fixtures/servers.ts';
import { kubectlConnection } from './testing/service-specs.ts';
import { stopProcess } from '../transport/testing/stopped-process.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

const mebibyte = 1024 * 1024;

describe('forwards to pods through a real kubectl', () => {
  let api: KubeApi;
  let echo: FixtureServer;
  let workshop: TunnelWorkshop;

  beforeEach(async () => {
    api = await startKubeApi();
    echo = await startEchoServer();
    api.addService('postgres', { ports: [5432] });
    api.addPod('postgres-0');
    api.setTarget(5432, echo);
    workshop = await TunnelWorkshop.create([api.client.binDirectory]);
  });

  afterEach(async () => {
    await workshop.dispose();
    expect(workshop.livingChildren()).toEqual([]);
    await api.dispose();
    await echo.stop();
  });

  it('carries 64 MiB both ways through a service and preserves half-close', async () => {
    const { address } = await workshop.openReady(kubectlConnection());
    const { sent, received } = await echoChecksums(address, 64 * mebibyte);
    expect(received).toBe(sent);

    const checksum = await startChecksumServer();
    api.setTarget(5432, checksum);
    expect(await exchange(address, 'x')).toMatch(/^[0-9a-f]{64}$/);
    await checksum.stop();
  });

  it('forwards to a pod and to a deployment, in the configured context and namespace', async () => {
    api.addDeployment('web', { ports: [5432], namespace: 'shop' });
    api.addPod('web-1', { namespace: 'shop' });
    const context = api.client.contexts.other;
    const pod = kubectlConnection({ target: { kind: 'pod', name: 'postgres-0' } });
    const deployment = kubectlConnection({
      target: { kind: 'deployment', name: 'web' },
      namespace: 'shop',
      context,
    });
    for (const connection of [pod, deployment]) {
      const { address } = await workshop.openReady(connection);
      expect(await exchange(address, 'hello')).toBe('hello');
    }
    expect(api.requests).toContain('GET /api/v1/namespaces/shop/pods/web-1/portforward');
  });

  describe('a target', () => {
    const selector = { app: 'web' };
    const ports = [{ name: 'http', port: 5432 }];

    it.each(['deployment', 'statefulset', 'daemonset', 'replicaset', 'job'] as const)(
      'that is a %s is forwarded to, its port by the name that a container gives it',
      async (kind) => {
        api.addWorkload(kind, 'set', { selector });
        api.addPod('web-1', { labels: selector, ports });
        const connection = kubectlConnection({ target: { kind, name: 'set' }, remotePort: 'http' });
        const { address } = await workshop.openReady(connection);
        expect(await exchange(address, 'hello')).toBe('hello');
        expect(api.requests).toContain('GET /api/v1/namespaces/default/pods/web-1/portforward');
      },
    );

    it('that is a service can be reached by the names of its ports', async () => {
      api.addService('web', { ports: [{ name: 'web', port: 80, targetPort: 'http' }] });
      api.addPod('web-1', { ports });
      const connection = kubectlConnection({ target: { kind: 'service', name: 'web' }, remotePort: 'web' });
      const { address } = await workshop.openReady(connection);
      expect(await exchange(address, 'hello')).toBe('hello');
      const wrong = await workshop.openFailing({ ...connection, remotePort: 'admin' });
      expect([wrong.title, wrong.remedy]).toEqual([
        'service/web has no port admin',
        'Its only port is 80 (web): correct remote_port in the config',
      ]);
    });

    it('given by labels resolves to a pod that is ready and not terminating', async () => {
      for (const name of ['a', 'b', 'c', 'd'])
        api.addPod(`web-${name}`, { ready: name === 'c' || name === 'd' });
      api.addPod('other-1', { labels: { app: 'other' } });
      api.terminatePod('web-c');
      const connection = kubectlConnection({ target: { kind: 'selector', selector: 'app in (web)' } });
      const { address } = await workshop.openReady(connection);
      expect(await exchange(address, 'hello')).toBe('hello');
      expect(api.requests).toContain('GET /api/v1/namespaces/default/pods/web-d/portforward');
    });

    it('given by labels reports that no pod has them, and that pods may not be listed', async () => {
      const connection = kubectlConnection({ target: { kind: 'selector', selector: 'app=web' } });
      expect(await workshop.openFailing(connection)).toMatchObject({
        code: 'no-ready-pod',
        title: 'No ready pod behind app=web',
        evidence: 'there are no pods',
      });
      for (const name of ['a', 'b', 'c', 'd']) api.addPod(`web-${name}`, { phase: 'Pending' });
      api.setPodPhase('web-b', 'Running');
      api.terminatePod('web-b');
      expect((await workshop.openFailing(connection)).evidence).toBe(
        'web-a is pending, web-b is terminating, web-c is pending, …',
      );
      api.setListable('pods', false);
      expect(await workshop.openFailing(connection)).toMatchObject({
        code: 'forbidden',
        title: 'You are not allowed to list pods in default',
      });
    });

    it('given by labels can be stopped while its pod is looked up', async () => {
      api.setHanging(true);
      const tunnel = workshop.open(kubectlConnection({ target: { kind: 'selector', selector: 'app=web' } }));
      await eventually('kubectl asks', () => workshop.livingChildren().length > 0);
      expect(await tunnel.stop()).toMatchObject({ cause: null });
      await eventually('kubectl is gone', () => workshop.livingChildren().length === 0);
    });

    it('is looked up in the namespace of its context, in its own kubeconfig, when no namespace is configured', async () => {
      api.addService('far', { ports: [5432], namespace: 'shop' });
      api.addPod('far-1', { namespace: 'shop' });
      const kubeconfig = await api.client.writeKubeconfig('own', { namespace: 'shop' });
      const connection = kubectlConnection({
        target: { kind: 'service', name: 'far' },
        namespace: null,
        kubeconfig,
      });
      const { address } = await workshop.openReady(connection);
      expect(await exchange(address, 'hello')).toBe('hello');
      expect(api.requests).toContain('GET /api/v1/namespaces/shop/pods/far-1/portforward');
    });

    it('is not found in a kubeconfig that does not exist', async () => {
      const cause = await workshop.openFailing(kubectlConnection({ kubeconfig: '/nowhere/kubeconfig' }));
      expect(summary(cause)).toBe('file-missing: The file /nowhere/kubeconfig does not exist');
    });

    it('that is UDP, or a service without a selector, is rejected with that reason', async () => {
      api.addService('dns', { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] });
      api.addPod('dns-1');
      const dns = await workshop.openFailing(
        kubectlConnection({ target: { kind: 'service', name: 'dns' }, remotePort: 53 }),
      );
      expect(summary(dns)).toBe(
        'config-invalid: Port 53 of service/dns is UDP, and only TCP can be forwarded',
      );
      api.addService('legacy', { ports: [5432], selector: null });
      const legacy = await workshop.openFailing(
        kubectlConnection({ target: { kind: 'service', name: 'legacy' } }),
      );
      expect([legacy.code, legacy.evidence]).toEqual([
        'no-ready-pod',
        'it has no selector, and no endpoints',
      ]);
    });

    it('names the permission that is missing to reach its pod', async () => {
      api.setListable('services', false);
      api.setAllowed('get', 'services', false);
      const cause = await workshop.openFailing(kubectlConnection());
      expect(cause).toMatchObject({
        code: 'forbidden',
        title: 'You are not allowed to get services in default',
        action: { command: 'kubectl auth can-i get services -n default' },
      });
    });
  });

  it('has no cause when it is stopped, and leaves no process and no file once the session is closed', async () => {
    const { tunnel } = await workshop.openReady(kubectlConnection());
    const { pid } = tunnel;
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    await workshop.closeShared();
    expect(await livingOf([pid ?? 0])).toEqual([]);
    expect(await workshop.filesLeft()).toEqual([]);
  });

  it('shares one kubectl with the other forwards of its context', async () => {
    api.addDeployment('web', { ports: [5432] });
    api.addPod('web-1');
    const tunnels = [
      await workshop.openReady(kubectlConnection()),
      await workshop.openReady(kubectlConnection({ target: { kind: 'deployment', name: 'web' } })),
    ];
    for (const { address } of tunnels) expect(await exchange(address, 'hello')).toBe('hello');
    expect(workshop.livingChildren()).toEqual(['kubectl proxy']);
  });

  it('proves its transport while it runs, and is dead while its process is stopped', async () => {
    const { tunnel } = await workshop.openReady(kubectlConnection());
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
    await stopProcess(tunnel.pid ?? 0);
    expect(await tunnel.proveTransport(1_000, true)).toMatchObject({
      kind: 'dead',
      cause: { code: 'stopped' },
    });
    expect(await tunnel.stop()).toMatchObject({ cause: null });
  });

  it('is silent when the API server is, although idle watches look the same', async () => {
    const link = await PausableLink.to(api);
    await api.client.setServer(`http://127.0.0.1:${String(link.port)}`);
    const { tunnel } = await workshop.openReady(kubectlConnection());
    link.setSilent(true);
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'silent' });
    link.setSilent(false);
    expect(await tunnel.proveTransport(5_000)).toEqual({ kind: 'alive' });
    await link.stop();
  });

  describe('with its own kubectl', () => {
    const own = kubectlConnection({ engine: 'kubectl' });

    it('has a kubectl of its own, which cannot prove its connection, and is silent when the API server is', async () => {
      const link = await PausableLink.to(api);
      await api.client.setServer(`http://127.0.0.1:${String(link.port)}`);
      const { tunnel, address } = await workshop.openReady(own);
      expect(await exchange(address, 'hello')).toBe('hello');
      expect(workshop.livingChildren()).toEqual(['kubectl proxy', 'kubectl pod/postgres-0']);
      link.setSilent(true);
      // kubectl sends no keepalives, so even a routine check has to probe the API server.
      expect(await tunnel.proveTransport(1_000, true)).toEqual({ kind: 'silent' });
      expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'silent' });
      link.setSilent(false);
      expect(await tunnel.proveTransport(5_000)).toEqual({ kind: 'unprovable' });
      expect(await tunnel.stop()).toMatchObject({ cause: null });
      // The successor opened during the silence ends too.
      await eventually('one is left', () => workshop.livingChildren().join() === 'kubectl proxy');
      await link.stop();
    });

    it('proves nothing once another pod serves', async () => {
      const { tunnel } = await workshop.openReady(own);
      const suspicion = new Promise<void>((resolve) => tunnel.onSuspicion?.(resolve));
      api.addPod('postgres-1');
      api.terminatePod('postgres-0');
      await suspicion;
      expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'silent' });
    });

    it('reports a target that refuses', async () => {
      const { tunnel, address } = await workshop.openReady(own);
      const complaints: Cause[] = [];
      tunnel.onComplaint((cause) => complaints.push(cause));
      api.setTarget(5432, null);
      expect(await listenTo(address)).toBe('');
      expect(complaints).toMatchObject([{ code: 'target-refused' }]);
    });

    it('is used when the kubeconfig names a proxy', async () => {
      const proxy = await startHttpProxy();
      await api.client.change(({ clusters: [first] }) => {
        if (first !== undefined) first.cluster['proxy-url'] = proxy.url;
      });
      const { address } = await workshop.openReady(kubectlConnection());
      expect(await exchange(address, 'hello')).toBe('hello');
      expect(workshop.livingChildren()).toEqual(['kubectl proxy', 'kubectl pod/postgres-0']);
      expect(proxy.requests).toContain(`CONNECT ${api.host}:${String(api.port)}`);
      await workshop.dispose();
      await proxy.stop();
    });
  });

  it('reports that it was killed by another program', async () => {
    const { tunnel } = await workshop.openReady(kubectlConnection());
    process.kill(tunnel.pid ?? 0, 'SIGKILL');
    expect(summary((await tunnel.ended).cause)).toBe('killed: The tunnel process was killed (SIGKILL)');
  });

  it('raises a suspicion when the connection to the pod is lost, and opens another one', async () => {
    const { tunnel, address } = await workshop.openReady(kubectlConnection());
    const suspicion = new Promise<void>((resolve) => tunnel.onSuspicion?.(resolve));
    api.dropForwards();
    await suspicion;
    expect(await tunnel.proveTransport(5_000)).toEqual({ kind: 'alive' });
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('resets a client whose connection to the pod is lost: what it got does not look complete', async () => {
    const { address } = await workshop.openReady(kubectlConnection());
    const client = net.connect(address);
    client.write('half of it');
    await once(client, 'data');
    const broken = once(client, 'error');
    api.dropForwards();
    expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('names the ports of a service that lacks the configured one', async () => {
    api.addService('shop', { ports: [8080, 9090] });
    api.addPod('shop-0');
    const cause = await workshop.openFailing(
      kubectlConnection({ target: { kind: 'service', name: 'shop' }, remotePort: 7 }),
    );
    expect(cause).toMatchObject({ code: 'config-invalid', title: 'service/shop has no port 7' });
    expect(cause.remedy).toMatch(/^Its ports are 8080\b.*, 9090\b.*: correct remote_port in the config$/);
  });

  it('reports a target that refuses, and stays up', async () => {
    const { tunnel, address } = await workshop.openReady(kubectlConnection());
    const complaints: Cause[] = [];
    tunnel.onComplaint((cause) => complaints.push(cause));
    api.setTarget(5432, null);
    await expect(listenTo(address)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(complaints).toMatchObject([
      { code: 'target-refused', evidence: expect.stringContaining('connection refused') as string },
    ]);
    api.setTarget(5432, echo);
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it('reports a service that does not exist', async () => {
    const cause = await workshop.openFailing(
      kubectlConnection({ target: { kind: 'service', name: 'nothing' } }),
    );
    expect(cause).toMatchObject({
      code: 'resource-missing',
      title: 'service/nothing was not found in default',
    });
  });

  it('reports a missing pod, and finds it when it is back', async () => {
    const connection = kubectlConnection({ target: { kind: 'pod', name: 'postgres-0' } });
    api.removePod('postgres-0');
    expect(await workshop.openFailing(connection)).toMatchObject({
      code: 'resource-missing',
      recovery: 'backoff',
    });
    api.addPod('postgres-0');
    await workshop.openReady(connection);
  });

  it('lets clients wait for the next pod, and continues there', async () => {
    const { address, tunnel } = await workshop.openReady(kubectlConnection());
    const idle = net.connect(address);
    await once(
      idle.on('error', () => undefined),
      'connect',
    );
    idle.write('hello');
    await once(idle, 'data');
    api.terminatePod('postgres-0');
    const complaint = new Promise<Cause>((resolve) => {
      tunnel.onComplaint(resolve);
    });
    expect((await complaint).code).toBe('no-ready-pod');
    // The open client may stay, but it proves nothing for new clients.
    expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'silent' });
    const waiting = exchange(address, 'hello');
    api.addPod('postgres-1');
    expect(await waiting).toBe('hello');
    expect(api.requests).toContain('GET /api/v1/namespaces/default/pods/postgres-1/portforward');
    idle.destroy();
  });

  it('uses the current namespace of its context in a new session; an older tunnel keeps its namespace', async () => {
    const connection = kubectlConnection({ namespace: null });
    const { address } = await workshop.openReady({
      ...connection,
      kubeconfig: await api.client.writeKubeconfig('own', { namespace: 'default' }),
    });
    api.addService('postgres', { ports: [5432], namespace: 'shop' });
    api.addPod('postgres-shop', { namespace: 'shop', labels: { app: 'postgres' } });
    const kubeconfig = await api.client.writeKubeconfig('own', { namespace: 'shop' });
    workshop.credentialsChanged();
    const isProxy = (name: string): boolean => name.startsWith('kubectl proxy');
    await eventually('another session', () => workshop.livingChildren().filter(isProxy).length === 2);
    const next = await workshop.openReady({ ...connection, kubeconfig });
    expect(await exchange(next.address, 'hello')).toBe('hello');
    expect(api.requests.filter((request) => request.endsWith('/portforward')).at(-1)).toBe(
      'GET /api/v1/namespaces/shop/pods/postgres-shop/portforward',
    );
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it.each(['/version', '/services', '/pods', '/portforward'])(
    'can be stopped while %s is requested, and leaves nothing',
    async (asked) => {
      const tunnel = workshop.open(kubectlConnection());
      await eventually(asked, () => api.requests.some((request) => request.endsWith(asked)));
      expect(await tunnel.stop()).toMatchObject({ cause: null });
      await workshop.closeShared();
      expect([workshop.livingChildren(), await workshop.filesLeft()]).toEqual([[], []]);
      // The server sees the end of the connection a moment later.
      await eventually('no watch is left', () => api.watches.count === 0);
    },
  );

  it('ends with its session while a client waits for its stream, and its successor serves that client', async () => {
    const { tunnel, address } = await workshop.openReady(kubectlConnection());
    const suspicion = new Promise<void>((resolve) => tunnel.onSuspicion?.(resolve));
    api.setHanging(true);
    api.dropForwards();
    await suspicion;
    const client = exchange(address, 'hello');
    process.kill(tunnel.pid ?? 0, 'SIGKILL');
    expect((await tunnel.ended).cause?.code).toBe('killed');
    api.setHanging(false);
    await workshop.openReady(kubectlConnection());
    expect(await client).toBe('hello');
  });

  it('ends with the reason when its pod is gone and no client is connected', async () => {
    const { tunnel } = await workshop.openReady(kubectlConnection());
    api.removePod('postgres-0');
    expect((await tunnel.ended).cause).toMatchObject({ code: 'no-ready-pod', evidence: 'there are no pods' });
  });

  it('reports that no pod became ready', async () => {
    api.removePod('postgres-0');
    expect(await workshop.openFailing(kubectlConnection())).toMatchObject({
      code: 'no-ready-pod',
      title: 'No ready pod behind service/postgres',
      evidence: 'there are no pods',
    });
  });

  it('reports a namespace that does not exist', async () => {
    const cause = await workshop.openFailing(kubectlConnection({ namespace: 'nowhere' }));
    expect(cause).toMatchObject({
      code: 'resource-missing',
      title: 'The namespace nowhere does not exist',
    });
  });

  it('reports a pod that is not running', async () => {
    api.setPodRunning('postgres-0', false);
    expect(await workshop.openFailing(kubectlConnection())).toMatchObject({
      code: 'no-ready-pod',
      evidence: 'postgres-0 is pending',
    });
  });

  it('reports a port that the service does not have', async () => {
    expect(await workshop.openFailing(kubectlConnection({ remotePort: 81 }))).toMatchObject({
      code: 'config-invalid',
      recovery: 'user',
    });
  });

  it('reports a context that does not exist', async () => {
    const cause = await workshop.openFailing(kubectlConnection({ context: 'mars' }));
    expect(summary(cause)).toBe('context-missing: The kube context mars does not exist');
  });

  it('reports that the user is not allowed to forward', async () => {
    api.setAccess('forbidden');
    expect(await workshop.openFailing(kubectlConnection())).toMatchObject({
      code: 'forbidden',
      recovery: 'user',
      evidence: expect.stringContaining('cannot create resource "pods/portforward"') as string,
    });
  });

  it('reports that the credentials are rejected', async () => {
    api.setAccess('unauthorized');
    expect(await workshop.openFailing(kubectlConnection())).toMatchObject({
      code: 'unauthorized',
      recovery: 'user',
      evidence: expect.stringContaining('Unauthorized') as string,
    });
  });

  describe('over TLS', () => {
    let secureApi: KubeApi;
    let secureWorkshop: TunnelWorkshop;

    beforeEach(async () => {
      secureApi = await startKubeApi({ tls: true });
      secureApi.addService('postgres', { ports: [5432] });
      secureApi.addPod('postgres-0');
      secureApi.setTarget(5432, echo);
      secureWorkshop = await TunnelWorkshop.create([secureApi.client.binDirectory]);
    });

    afterEach(async () => {
      await secureWorkshop.dispose();
      await secureApi.dispose();
    });

    it('carries bytes', async () => {
      const { address } = await secureWorkshop.openReady(kubectlConnection());
      const { sent, received } = await echoChecksums(address, mebibyte);
      expect(received).toBe(sent);
    });

    it('reports a certificate that is not trusted', async () => {
      await secureApi.client.setServer(secureApi.url);
      expect(await secureWorkshop.openFailing(kubectlConnection())).toMatchObject({
        code: 'certificate-invalid',
        evidence: expect.stringContaining('x509: certificate signed by unknown authority') as string,
      });
    });

    it('reports a credential plugin that is missing', async () => {
      await secureApi.client.setUser(execPlugin('aws-of-nowhere'));
      const cause = await secureWorkshop.openFailing(kubectlConnection());
      expect(summary(cause)).toBe('plugin-missing: The credential plugin aws-of-nowhere was not found');
    });

    it('reports a credential plugin that fails, with the command that signs in again', async () => {
      const plugin = path.join(secureApi.client.binDirectory, 'aws');
      const words = 'The SSO session associated with this profile has expired or is otherwise invalid.';
      await writeFile(plugin, `#!/bin/sh\necho '${words}' >&2\nexit 255\n`, { mode: 0o755 });
      await secureApi.client.setUser(execPlugin('aws'));
      const cause = await secureWorkshop.openFailing(kubectlConnection());
      expect(cause).toMatchObject({
        code: 'credentials-expired',
        action: { kind: 'copy-command', command: 'aws sso login' },
      });
    });
  });

  it('reports an API server that is not running', async () => {
    await api.stop();
    expect(await workshop.openFailing(kubectlConnection())).toMatchObject({
      code: 'connection-refused',
      title: expect.stringMatching(/^127\.0\.0\.1:\d+ refused the connection$/) as string,
    });
  });

  it('reports an API server whose name cannot be resolved', async () => {
    await api.client.setServer('https://cluster.invalid');
    expect(await workshop.openFailing(kubectlConnection())).toMatchObject({
      code: 'name-not-found',
      title: 'The name cluster.invalid was not found',
    });
  });

  it('reports a silent API server, after the start deadline', async () => {
    const silent = await startSilentServer();
    await api.client.setServer(`http://127.0.0.1:${silent.port}`);
    const impatient = await TunnelWorkshop.create([api.client.binDirectory], { startTimeoutMs: 500 });
    expect(await impatient.openFailing(kubectlConnection())).toMatchObject({ code: 'timed-out' });
    await impatient.dispose();
    await silent.stop();
  });

  it('reconnects when the API server is back on the same port', async () => {
    const { tunnel } = await workshop.openReady(kubectlConnection());
    await api.stop();
    expect(await tunnel.proveTransport(1_000)).toMatchObject({
      kind: 'dead',
      cause: { code: 'connection-refused' },
    });
    await api.start();
    const { address } = await workshop.openReady(kubectlConnection());
    expect(await exchange(address, 'hello')).toBe('hello');
  });
});

const summary = (cause: Cause | null): string => (cause === null ? 'none' : `${cause.code}: ${cause.title}`);

const execPlugin = (command: string): Readonly<Record<string, unknown>> => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' },
});
