/** A fake API server, the real kubectl, sessions to the server, and clients of the pod `web-0`. */
import type { Duplex } from 'node:stream';
import { expect } from 'vitest';
import type { Cause } from '../../../../shared/failure.ts';
import type { Result } from '../../../../shared/result.ts';
import type { ServiceSpec } from '../../../../shared/service-spec.ts';
import {
  type KubeApi as ApiServer,
  type KubeApiOptions,
  startKubeApi,
} from '../../../../e2e/fixtures/kube-api.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { classifyKubeAnswer } from '../../failure/kube-answer.ts';
import { silentLogger } from '../../observability/logger.ts';
import { GroupLauncher } from '../../process/child-launcher.ts';
import { PromptQueue } from '../../prompts/prompt-queue.ts';
import { kubectlConnection, serviceWith } from '../../tunnel/testing/service-specs.ts';
import type { Carrier } from '../../transport/carrier.ts';
import type { KubeAnswer, KubeApi } from '../kube-api.ts';
import { createKubeRequests } from '../kube-requests.ts';
import type { ClusterChoice } from '../kubectl-flags.ts';
import { openKubeSession } from '../kube-session.ts';
import { createPodDialer, type DialPod } from '../kube-upgrade.ts';
import { PodStreams } from '../pod-streams.ts';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export const podPort = 8080;

export interface KubeWorldOptions {
  readonly startTimeoutMs?: number;
  /** For its sessions. */
  readonly clock?: Clock;
}

export class KubeWorld {
  readonly api: ApiServer;
  readonly runtimeDirectory: string;
  readonly launcher: GroupLauncher;
  readonly service: ServiceSpec;
  /** Failures that the remote end reported. */
  readonly complaints: Cause[] = [];
  /** How often a session reported that it needs the user. */
  userPrompts = 0;
  readonly clock: Clock;
  readonly prompts: PromptQueue;
  readonly #sessions: Carrier[] = [];
  readonly #pods: PodStreams[] = [];

  private constructor(
    api: ApiServer,
    runtimeDirectory: string,
    { startTimeoutMs, clock }: Required<KubeWorldOptions>,
  ) {
    this.api = api;
    this.runtimeDirectory = runtimeDirectory;
    this.clock = clock;
    this.prompts = new PromptQueue({ clock, onChange: () => undefined, onSecret: () => undefined });
    const searchPath = [api.client.binDirectory, process.env['PATH'] ?? ''].join(path.delimiter);
    this.launcher = new GroupLauncher({
      clock: systemClock,
      log: silentLogger,
      environment: () => ({ PATH: searchPath, HOME: runtimeDirectory }),
      registries: [],
    });
    this.service = {
      ...serviceWith(kubectlConnection({ context: api.client.contexts.current })),
      startTimeoutMs,
    };
  }

  static async create({
    startTimeoutMs = 20_000,
    clock = systemClock,
    ...options
  }: KubeApiOptions & KubeWorldOptions = {}): Promise<KubeWorld> {
    const api = await startKubeApi(options);
    api.addService('web', { ports: [podPort] });
    api.addPod('web-0');
    const runtimeDirectory = await mkdtemp(path.join(os.tmpdir(), 'localport-run-'));
    return new KubeWorld(api, runtimeDirectory, { startTimeoutMs, clock });
  }

  open(cluster: Partial<ClusterChoice> = {}): Carrier {
    const session = openKubeSession(
      { id: `session#${String(this.#sessions.length)}`, service: this.service, log: silentLogger },
      { kubeconfig: null, context: this.api.client.contexts.current, ...cluster },
      {
        launcher: this.launcher,
        clock: this.clock,
        runtimeDirectory: this.runtimeDirectory,
        prompts: this.prompts,
      },
      { onUserNeeded: () => (this.userPrompts += 1), services: () => [this.service.name] },
    );
    this.#sessions.push(session);
    return session;
  }

  /**
   * Installs a credential plugin of this name, first on kubectl's PATH; `exec`: further fields for the kubeconfig.
   */
  async installPlugin(
    name: string,
    script: string,
    exec: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const { binDirectory } = this.api.client;
    await writeFile(path.join(binDirectory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await this.api.client.setUser({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: name,
        interactiveMode: 'Never',
        ...exec,
      },
    });
  }

  async openReady(): Promise<{ session: Carrier; requests: KubeApi; dial: DialPod; socketPath: string }> {
    const session = this.open();
    const ready = await session.ready;
    if (!ready.ok) throw new Error(`not ready: ${ready.error.title}: ${String(ready.error.evidence)}`);
    if (ready.value.kind !== 'unix') throw new Error('its endpoint is no Unix socket');
    const socketPath = ready.value.path;
    const requests = createKubeRequests(socketPath, systemClock);
    return {
      session,
      requests,
      socketPath,
      dial: createPodDialer(socketPath, { api: requests, clock: systemClock }),
    };
  }

  /** Classifies an answer like a session's watches. */
  explain(answer: KubeAnswer): Cause {
    return classifyKubeAnswer(this.service, answer);
  }

  /** Streams to `web-0`, or to another pod, in a session of their own. */
  async podStreams(pod = 'web-0'): Promise<{ session: Carrier; streams: PodStreams }> {
    const { session, dial } = await this.openReady();
    const streams = new PodStreams({ namespace: 'default', pod }, { dial, clock: systemClock });
    this.#pods.push(streams);
    return { session, streams };
  }

  connect(streams: PodStreams, port = podPort): Promise<Result<Duplex, Cause>> {
    return streams.open({ service: this.service, port, onComplaint: (cause) => this.complaints.push(cause) });
  }

  /** Connects, and throws if that fails. */
  async connected(streams: PodStreams, port = podPort): Promise<Duplex> {
    const opened = await this.connect(streams, port);
    if (!opened.ok) throw new Error(`${opened.error.title}: ${String(opened.error.evidence)}`);
    return opened.value;
  }

  filesLeft(): Promise<readonly string[]> {
    return readdir(this.runtimeDirectory);
  }

  async dispose(): Promise<void> {
    for (const streams of this.#pods) streams.close();
    await Promise.all(this.#sessions.map((session) => session.stop({ force: true })));
    expect(this.launcher.alive()).toEqual([]);
    expect(await this.filesLeft()).toEqual([]);
    await rm(this.runtimeDirectory, { recursive: true, force: true });
    await this.api.dispose();
  }
}
