/** Any number of Kubernetes forwards for a benchmark, to pods of one context; all lead to one port on this machine. */
import path from 'node:path';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { type KubeApi, startKubeApi } from '../fixtures/kube-api.ts';
import { freePorts } from '../fixtures/servers.ts';
import { InstalledDaemon } from './installed-daemon.ts';
import { configOf } from './ssh-forwards.ts';

export interface KubeForwardsOptions {
  readonly count: number;
  /** The target port of the forwards, on 127.0.0.1. */
  readonly targetPort: number;
  readonly enabled?: boolean;
  /** A kubectl for each, instead of the shared session. */
  readonly engine?: 'kubectl';
}

export interface KubeForwards {
  readonly api: KubeApi;
  readonly daemon: InstalledDaemon;
  /** The local port of each forward, in the order of the config: `forward-0`, `forward-1` … */
  readonly ports: readonly number[];
}

/** A service with a pod for each forward, and a daemon that has not been started yet. */
export async function prepareKubeForwards(
  scope: Scope,
  { count, targetPort, enabled = true, engine }: KubeForwardsOptions,
): Promise<KubeForwards> {
  const api = await startKubeApi();
  scope.own('API server', () => api.dispose());
  const ports = await freePorts(count);
  const services = ports.map((port, index) => {
    const name = `forward-${index}`;
    const labels = { app: name };
    api.addService(name, { ports: [targetPort], selector: labels });
    api.addPod(`${name}-0`, { labels });
    return {
      name,
      technology: 'kubectl',
      enabled,
      local_port: port,
      remote_port: targetPort,
      connection: { resource_name: name, context: api.client.contexts.current, engine },
    };
  });
  api.setTarget(targetPort, { host: '127.0.0.1', port: targetPort });
  const env = { PATH: [api.client.binDirectory, process.env['PATH'] ?? ''].join(path.delimiter) };
  const daemon = new InstalledDaemon(scope, { config: configOf(services), ports, env });
  writeProfile(daemon, { env });
  return { api, daemon, ports };
}
