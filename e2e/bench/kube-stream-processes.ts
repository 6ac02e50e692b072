/**
 * The processes of the benchmark of streams to pods: an API server with its kubelet, a session with streams behind a
 * port, a kubectl port-forward, and a link with a delay.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../electron/core/clock.ts';
import { InProcessServer } from '../../electron/core/connect/in-process-server.ts';
import { silentLogger } from '../../electron/core/observability/logger.ts';
import { GroupLauncher } from '../../electron/core/process/child-launcher.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { PromptQueue } from '../../electron/core/prompts/prompt-queue.ts';
import { serviceSpec } from '../../electron/core/testing/service-spec.ts';
import { createKubeRequests } from '../../electron/core/kube/kube-requests.ts';
import { openKubeSession } from '../../electron/core/kube/kube-session.ts';
import { createPodDialer } from '../../electron/core/kube/kube-upgrade.ts';
import { PodStreams } from '../../electron/core/kube/pod-streams.ts';
import { joinChannel } from '../../electron/core/tunnel/joined-channel.ts';
import { startKubeApi } from '../fixtures/kube-api.ts';
import { createKubectlClient, type KubectlClient } from '../fixtures/kubectl-client.ts';
import { listenAnywhere } from '../fixtures/servers.ts';
import { firstPort, own, relayTo, startRole, type Variant } from './relay-processes.ts';

export const podName = 'web-0';

/** Resolves to its port. */
export const startApi = (scope: Scope, targetPort: number): Promise<number> =>
  firstPort(startRole(scope, 'kube-api', String(targetPort)));

export async function runApi(targetPort: number): Promise<void> {
  const api = await startKubeApi();
  api.addPod(podName);
  api.setTarget(targetPort, { host: '127.0.0.1', port: targetPort });
  process.send?.(api.port);
}

export async function kubectlFor(scope: Scope, apiPort: number): Promise<KubectlClient> {
  const client = await createKubectlClient();
  scope.own('kubeconfig', () => client.dispose());
  await client.setServer(`http://127.0.0.1:${String(apiPort)}`);
  return client;
}

export async function startKubectl(scope: Scope, client: KubectlClient, port: number): Promise<Variant> {
  const argv = ['port-forward', '--address=127.0.0.1', `pod/${podName}`, `:${String(port)}`];
  const child = spawn(path.join(client.binDirectory, 'kubectl'), argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  own(scope, 'kubectl', child);
  for await (const line of createInterface({ input: child.stdout })) {
    const local = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (local === undefined) continue;
    child.stdout.resume();
    return { address: { host: '127.0.0.1', port: Number(local) }, relayPid: child.pid ?? null };
  }
  throw new Error('kubectl does not forward');
}

export async function startStreams(scope: Scope, client: KubectlClient, port: number): Promise<Variant> {
  const child = startRole(scope, 'streams', client.binDirectory, String(port));
  return { address: { host: '127.0.0.1', port: await firstPort(child) }, relayPid: child.pid ?? null };
}

/** Tells its parent the port on which it accepts clients for the pod's port. */
export async function runStreams(binDirectory: string, port: number): Promise<void> {
  const runtimeDirectory = await mkdtemp(path.join(os.tmpdir(), 'localport-bench-'));
  const launcher = new GroupLauncher({
    clock: systemClock,
    log: silentLogger,
    environment: () => ({ PATH: `${binDirectory}:${process.env['PATH'] ?? ''}`, HOME: runtimeDirectory }),
    registries: [],
  });
  const service = serviceSpec('bench', {
    connection: {
      technology: 'kubectl',
      target: { kind: 'pod', name: podName },
      namespace: 'default',
      context: null,
      kubeconfig: null,
      remotePort: port,
    },
  });
  const session = openKubeSession(
    { id: 'bench', service, log: silentLogger },
    { kubeconfig: null, context: null },
    {
      launcher,
      clock: systemClock,
      runtimeDirectory,
      prompts: new PromptQueue({ clock: systemClock, onChange: () => undefined, onSecret: () => undefined }),
    },
    { onUserNeeded: () => undefined, services: () => [] },
  );
  for (const signal of ['SIGTERM', 'disconnect'] as const)
    process.once(signal, () => {
      void session
        .stop({ force: true })
        .then(() => rm(runtimeDirectory, { recursive: true, force: true }))
        .finally(() => process.exit());
    });
  const ready = await session.ready;
  if (!ready.ok || ready.value.kind !== 'unix') throw new Error('the session is not ready');
  const { path: socketPath } = ready.value;
  const api = createKubeRequests(socketPath, systemClock);
  const dial = createPodDialer(socketPath, { api, clock: systemClock });
  const streams = new PodStreams({ namespace: 'default', pod: podName }, { dial, clock: systemClock });
  await streams.warm(service);
  const serve = (client: net.Socket): void => {
    client.on('error', () => undefined);
    void streams.open({ service, port, onComplaint: () => undefined }).then((opened) => {
      if (opened.ok) joinChannel(client, opened.value);
      else client.destroy();
    });
  };
  await relayTo({ kind: 'in-process', server: new InProcessServer(serve) });
}

/** Resolves to a port that leads to another one, with a delay of `delayMs` in each direction. */
export const startSlowLine = (scope: Scope, toPort: number, delayMs: number): Promise<number> =>
  firstPort(startRole(scope, 'slow-line', String(toPort), String(delayMs)));

export async function runSlowLine(toPort: number, delayMs: number): Promise<void> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = net.connect({ host: '127.0.0.1', port: toPort, allowHalfOpen: true, noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('data', (bytes) => setTimeout(() => to.write(bytes), delayMs));
      from.on('end', () => setTimeout(() => to.end(), delayMs));
      from.on('close', () => setTimeout(() => to.destroySoon(), delayMs));
    }
  });
  process.send?.(await listenAnywhere(server));
}
