/** Probers as real programs: kubectl against an API server that can be ill in many ways, ssh against a real sshd. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { startKubeApi, type KubeApi } from '../../../e2e/fixtures/kube-api.ts';
import { portOf, startSilentServer } from '../../../e2e/fixtures/servers.ts';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';
import { systemClock } from '../clock.ts';
import { buildClusterHealth, clusterHealthOf } from '../config/cluster-health.ts';
import { GroupLauncher } from '../process/child-launcher.ts';
import { Scope } from '../scope.ts';
import { kubectlConnection, serviceWith } from '../tunnel/testing/service-specs.ts';
import type { ClusterFinding } from './cluster-question.ts';
import { createClusterProber } from './cluster-prober.ts';

let scope: Scope;
let launcher: GroupLauncher;
let log: string[];
let searchPath: string;

beforeEach(async () => {
  scope = new Scope('test');
  const home = await mkdtemp(path.join(tmpdir(), 'cluster-prober-'));
  scope.own('home', () => rm(home, { recursive: true }));
  log = [];
  const note = (line: string): void => void log.push(line);
  launcher = new GroupLauncher({
    clock: systemClock,
    log: { debug: () => undefined, info: note, warn: note, error: note },
    environment: () => ({ PATH: searchPath, HOME: home }),
    registries: [],
  });
});

afterEach(async () => {
  expect(launcher.alive()).toEqual([]);
  await scope.close();
});

interface Question {
  readonly clusterAware?: boolean;
  readonly isRoutine?: boolean;
  readonly settings?: Parameters<typeof buildClusterHealth>[0];
  readonly signal?: AbortSignal;
}

function serviceOf(connection: Connection, clusterAware: boolean): ServiceSpec {
  const service = serviceWith(connection);
  return { ...service, healthCheck: { ...service.healthCheck, clusterAware } };
}

function ask(connection: Connection, question: Question = {}): Promise<ClusterFinding> {
  const { clusterAware = true, isRoutine = false, settings = {}, signal } = question;
  const context = connection.technology === 'kubectl' ? connection.context : null;
  const note = (line: string): void => void log.push(line);
  const probe = createClusterProber({
    launcher,
    clock: systemClock,
    log: { debug: note, info: note, warn: note, error: note },
    context,
    kubeconfig: null,
    title: context === null ? 'The cluster' : `The cluster ${context}`,
    settings: () => clusterHealthOf(buildClusterHealth(settings), context),
  });
  return probe({
    services: [serviceOf(connection, clusterAware)],
    isRoutine,
    signal: signal ?? new AbortController().signal,
  });
}

const inWords = (finding: ClusterFinding): string =>
  'cause' in finding
    ? `${finding.kind}: ${finding.cause.code}: ${String(finding.cause.evidence)}`
    : finding.kind;

describe('asking a cluster', () => {
  let kube: KubeApi;

  beforeEach(async () => {
    kube = await startKubeApi();
    scope.own('cluster', () => kube.dispose());
    searchPath = [kube.client.binDirectory, process.env['PATH']].join(path.delimiter);
    kube.addPod('web-0');
  });

  /** Without what kubectl asks for itself. */
  const questions = (): readonly string[] => kube.requests.filter((request) => request !== 'GET /version');
  const connection = kubectlConnection({ target: { kind: 'service', name: 'web' } });

  it('is content when the API server is ready, a node is and pods can be read', async () => {
    kube.addNode('good');
    kube.addNode('bad', false);
    expect(await ask(connection)).toEqual({ kind: 'well' });
    expect(kube.requests).toEqual(
      expect.arrayContaining(['GET /readyz', 'GET /api/v1/nodes', 'GET /api/v1/namespaces/default/pods']),
    );
  });

  it('reads pods of the namespace that the context has, where a service names none', async () => {
    kube.addNode('good');
    expect(await ask({ ...connection, namespace: null })).toEqual({ kind: 'well' });
    expect(questions()).toContain('GET /api/v1/namespaces/default/pods');
  });

  it('asks only whether it answers for services that are not aware of it', async () => {
    kube.addNode('bad', false);
    expect(await ask(connection, { clusterAware: false })).toEqual({ kind: 'well' });
    expect(questions()).toEqual(['GET /readyz']);
  });

  it('finds it unwell without a ready node, logs its warnings, and takes no warning for a fault', async () => {
    const event = { namespace: 'default', podName: 'web-0', count: 1, time: '2026-01-01T00:00:00Z' } as const;
    kube.addEvent({ ...event, type: 'Warning', reason: 'BackOff', message: 'restarting failed container' });
    kube.addEvent({ ...event, type: 'Normal', reason: 'Pulled', message: 'image pulled' });
    kube.addNode('one', true);
    expect(await ask(connection)).toEqual({ kind: 'well' });
    expect(log).toEqual([]);
    kube.addNode('one', false);
    kube.addNode('two', false);
    expect(inWords(await ask(connection))).toBe('unwell: cluster-unwell: none of its 2 nodes is ready');
    expect(log).toEqual(['The cluster reports web-0: BackOff: restarting failed container']);
  });

  it('finds it unwell when the API server says that it is not ready', async () => {
    kube.setReady(false);
    expect(inWords(await ask(connection))).toMatch(/^unwell: cluster-unwell: .*etcd failed/);
  });

  it('says what failed when kubectl does not', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'mute-'));
    scope.own('mute kubectl', () => rm(directory, { recursive: true }));
    await writeFile(path.join(directory, 'kubectl'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    searchPath = [directory, process.env['PATH']].join(path.delimiter);
    expect(inWords(await ask(connection))).toBe(
      'unwell: exited: kubectl get --raw=/readyz failed without a word',
    );
  });

  it('finds it unwell when it does not let anybody in, and does not ask twice: that could open a sign-in page', async () => {
    kube.setAccess('unauthorised');
    const finding = await ask(connection, { isRoutine: true });
    expect(finding).toMatchObject({
      kind: 'unwell',
      cause: { code: 'unauthorized', recovery: 'user' },
    });
    expect(questions().filter((request) => request === 'GET /readyz')).toHaveLength(1);
  });

  it('takes what the user may not ask for no answer at all', async () => {
    kube.setListable('nodes', false);
    kube.setListable('pods', false);
    expect(await ask(connection)).toEqual({ kind: 'well' });
  });

  it('asks only what the config says, and nothing about nodes when that is switched off', async () => {
    kube.addNode('bad', false);
    const settings = {
      defaults: { cluster_health: { commands: { node_status: false, cluster_info: false } } },
    };
    expect(await ask(connection, { settings })).toEqual({ kind: 'well' });
    expect(questions()).toEqual(['GET /api/v1/namespaces/default/pods']);
  });

  it('finds it unreachable when nothing listens, when it hangs, and when its name is unknown', async () => {
    await kube.stop();
    expect(inWords(await ask(connection))).toMatch(/^unreachable: connection-refused: /);
    const silent = await startSilentServer();
    scope.own('silent server', () => silent.stop());
    await kube.client.setServer(`http://127.0.0.1:${silent.port}`);
    const settings = { defaults: { cluster_health: { timeout: 1_000 } } };
    expect(inWords(await ask(connection, { settings }))).toMatch(/^unreachable: timed-out: /);
    await kube.client.setServer('http://cluster.invalid:6443');
    expect(inWords(await ask(connection))).toMatch(/^unreachable: name-not-found: /);
  });

  it('repeats a question that failed before it believes the answer, when nothing else points to a fault', async () => {
    kube.setReady(false);
    const settings = {
      defaults: { cluster_health: { retry_attempts: 2, commands: { events_on_failure: false } } },
    };
    const asked = ask(connection, { isRoutine: true, settings });
    await eventually('the second question', () => questions().length === 2);
    kube.setReady(true);
    expect(await asked).toEqual({ kind: 'well' });
    kube.requests.length = 0;
    kube.setReady(false);
    await ask(connection, { isRoutine: false, settings });
    expect(questions()).toEqual(['GET /readyz']);
  });

  it('learns nothing without a kubectl', async () => {
    searchPath = '/nowhere';
    expect(await ask(connection)).toEqual({ kind: 'unasked' });
    expect(log).toEqual([]);
  });

  it('lets go at once when it is cancelled, and leaves no process behind', async () => {
    const hanging = net
      .createServer((socket) => socket.on('error', () => socket.destroy()).resume())
      .listen(0, '127.0.0.1');
    scope.own('hanging server', () => void hanging.close());
    await once(hanging, 'listening');
    const connected = once(hanging, 'connection');
    await kube.client.setServer(`http://127.0.0.1:${portOf(hanging)}`);
    const cancellation = new AbortController();
    const asked = ask(connection, { signal: cancellation.signal });
    await connected;
    cancellation.abort();
    expect(await asked).toEqual({ kind: 'cancelled' });
  });
});
