/** Any number of ssh forwards for a benchmark, spread over sshds on loopback; all lead to one port behind them. */
import path from 'node:path';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { freePorts } from '../fixtures/servers.ts';
import { createSshClient } from '../fixtures/ssh-client.ts';
import { startSshd, type Sshd } from '../fixtures/sshd.ts';
import { InstalledDaemon } from './installed-daemon.ts';

export interface SshForwardsOptions {
  readonly count: number;
  /** 1 by default. */
  readonly hosts?: number;
  /** The target port of the forwards, on 127.0.0.1. */
  readonly targetPort: number;
  readonly enabled?: boolean;
  /** Further lines of each sshd_config. */
  readonly sshdConfig?: readonly string[];
}

/** What is needed to run them: `config` and `env` belong to the user. */
export interface SshForwards {
  readonly hosts: readonly Sshd[];
  /** The local port of each forward, in the order of the config: `forward-0`, `forward-1` … */
  readonly ports: readonly number[];
  readonly services: readonly object[];
  readonly env: Readonly<Record<string, string>>;
}

/** The hosts are running, and the user trusts them. */
export async function prepareSshForwards(scope: Scope, options: SshForwardsOptions): Promise<SshForwards> {
  const { count, hosts: hostCount = 1, targetPort, enabled = true, sshdConfig: config = [] } = options;
  const client = await createSshClient();
  scope.own('ssh client', () => client.dispose());
  const hosts: Sshd[] = [];
  while (hosts.length < hostCount) {
    const sshd = await startSshd({ client, config });
    scope.own('sshd', () => sshd.dispose());
    await sshd.trust();
    hosts.push(sshd);
  }
  const ports = await freePorts(count);
  const services = ports.map((port, index) => {
    const { host, port: sshPort, user } = hosts[index % hosts.length]!;
    return {
      name: `forward-${index}`,
      technology: 'ssh',
      enabled,
      local_port: port,
      remote_port: targetPort,
      connection: { host, port: sshPort, user, remote_host: '127.0.0.1' },
    };
  });
  const env = { PATH: [client.binDirectory, process.env['PATH'] ?? ''].join(path.delimiter) };
  return { hosts, ports, services, env };
}

/** JSON is valid YAML. */
export const configOf = (services: readonly object[], defaults: object = {}): string =>
  JSON.stringify({ version: '1.0', defaults, services });

/** A daemon with these forwards, not started yet. */
export async function installDaemon(
  scope: Scope,
  { ports, services, env }: Omit<SshForwards, 'hosts'>,
): Promise<InstalledDaemon> {
  const daemon = new InstalledDaemon(scope, { config: configOf(services), ports, env });
  writeProfile(daemon, { env });
  return daemon;
}
