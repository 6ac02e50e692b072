/** Any number of healthy forwards of each kind, in the real app in its own environment. */
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { createWorld, type World } from '../fixtures/electron-app.ts';
import { echoPort } from '../fixtures/echo-service.ts';
import { startRemoteServers, type RemoteServers } from '../fixtures/remote-servers.ts';
import { freePort } from '../fixtures/servers.ts';

/** Six times as often as by default, so that idle costs show. */
export const checkIntervalSeconds = 5;

export type Technology = 'ssh' | 'kubectl' | 'tcp';

export interface MeasuredForward {
  readonly name: string;
  readonly technology: Technology;
  readonly localPort: number;
}

export interface MeasuredForwards {
  readonly world: World;
  /** In the order of the config: ssh, kubectl, tcp. */
  readonly forwards: readonly MeasuredForward[];
}

/** Everything but the app itself; the remote end echoes. `share: false`: every ssh forward has its own ssh. */
export async function prepareForwards(
  scope: Scope,
  counts: Readonly<Record<Technology, number>>,
  { share = true }: { readonly share?: boolean } = {},
): Promise<MeasuredForwards> {
  const remoteServers = await startRemoteServers();
  scope.own('remote servers', () => remoteServers.dispose());
  const forwards: MeasuredForward[] = [];
  for (const technology of ['ssh', 'kubectl', 'tcp'] as const) {
    for (let number = 1; number <= counts[technology]; number++)
      forwards.push({ name: `${technology}-${number}`, technology, localPort: await freePort() });
  }
  const world = await createWorld({
    config: configOf(forwards, remoteServers, share),
    env: remoteServers.env,
  });
  scope.own('world', () => world.close());
  writeProfile(world, remoteServers);
  return { world, forwards };
}

/** JSON is valid YAML. */
function configOf(
  forwards: readonly MeasuredForward[],
  { sshd, target }: RemoteServers,
  share: boolean,
): string {
  const ends = {
    ssh: {
      share,
      remote_port: target.port,
      connection: { host: sshd.host, port: sshd.port, user: sshd.user, remote_host: '127.0.0.1' },
    },
    kubectl: { remote_port: echoPort, connection: { resource_name: 'echo' } },
    tcp: { remote_port: target.port, connection: { host: '127.0.0.1' } },
  };
  return JSON.stringify({
    version: '1.0',
    defaults: { health_check: { type: 'tcp', interval: checkIntervalSeconds, timeout: 2 } },
    services: forwards.map(({ name, technology, localPort }) => ({
      name,
      technology,
      local_port: localPort,
      ...ends[technology],
    })),
  });
}
