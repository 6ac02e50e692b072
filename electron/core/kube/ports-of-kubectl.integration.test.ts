import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FixturePort } from '../../../e2e/fixtures/kube-objects.ts';
import type { ServiceOptions } from '../../../e2e/fixtures/kube-cluster.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { targetName, type KubeTarget } from '../../../shared/kube-target.ts';
import { PodWatcher } from './testing/pod-watcher.ts';

let watcher: PodWatcher;

beforeEach(async () => {
  watcher = await PodWatcher.create();
});

afterEach(() => watcher.dispose());

/** The port of the pod that the real kubectl forwards to; null: it refuses. */
async function portOfKubectl(target: KubeTarget, port: number | string): Promise<number | null> {
  const child = spawn(
    path.join(watcher.api.client.binDirectory, 'kubectl'),
    ['port-forward', '--address=127.0.0.1', targetName(target), `:${port}`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      const found = /^Forwarding from \S+ -> (\d+)$/m.exec(said)?.[1];
      if (found !== undefined) return Number(found);
    }
    return null;
  } finally {
    child.kill('SIGINT');
  }
}

const service: KubeTarget = { kind: 'service', name: 'it' };
const pod: KubeTarget = { kind: 'pod', name: 'it-0' };
const declared: readonly FixturePort[] = [
  { name: 'http', port: 8080 },
  { name: 'syslog', port: 514, protocol: 'UDP' },
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53 },
];
const ports = (...given: readonly FixturePort[]): ServiceOptions => ({ ports: given });

it.each<readonly [string, KubeTarget, number | string, ServiceOptions]>([
  ['another number behind a service', service, 80, ports({ port: 80, targetPort: 8080 })],
  ['a name behind a number', service, 80, ports({ port: 80, targetPort: 'http' })],
  ['a name of the service', service, 'web', ports({ name: 'web', port: 80, targetPort: 'http' })],
  ['a name that the service lacks', service, 'http', ports({ name: 'web', port: 80, targetPort: 'http' })],
  ['a number that the service lacks', service, 8080, ports({ port: 80, targetPort: 8080 })],
  ['a name that the pod lacks', service, 80, ports({ port: 80, targetPort: 'admin' })],
  ['a headless service', service, 80, { ...ports({ port: 80, targetPort: 8080 }), headless: true }],
  ['UDP of a service', service, 53, ports({ name: 'dns', port: 53, protocol: 'UDP' })],
  ['UDP of a service by name', service, 'dns', ports({ name: 'dns', port: 53, protocol: 'UDP' })],
  ['a name of a pod', pod, 'http', ports()],
  ['a name that a pod lacks', pod, 'admin', ports()],
  ['UDP of a pod', pod, 514, ports()],
  ['UDP and TCP of a pod', pod, 53, ports()],
  ['a number that no container declares', pod, 9, ports()],
])('the port is the one that kubectl forwards to: %s', async (_, target, port, options) => {
  const { api } = watcher;
  api.addService('it', options);
  api.addPod('it-0', { ports: declared });
  const watched = watcher.watch({ target, port });
  await eventually('a verdict', () => watched.watch.verdict !== null);
  const { verdict } = watched.watch;
  expect(verdict?.kind === 'pod' ? verdict.port : null).toBe(await portOfKubectl(target, port));
});
