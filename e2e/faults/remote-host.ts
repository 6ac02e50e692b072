/**
 * One machine on the remote side: an address that can fall silent, an echo server, and other servers that a row needs
 * there.
 */
import { addEchoService } from '../fixtures/echo-service.ts';
import { startKubeApi, type KubeApi } from '../fixtures/kube-api.ts';
import { startEchoServer, type FixtureServer } from '../fixtures/servers.ts';
import type { SshClient } from '../fixtures/ssh-client.ts';
import { startSshd, type Sshd } from '../fixtures/sshd.ts';
import type { Link } from './user-machine.ts';

/** The server at one address. */
export interface HostServers {
  readonly echo: FixtureServer;
  readonly sshd: Sshd;
}

export interface RemoteHost extends HostServers {
  readonly link: Link;
}

const sshPort = 2_222;

export const startRemoteHost = async (link: Link, client: SshClient): Promise<RemoteHost> => ({
  link,
  ...(await startHostServers(link.hostAddress, client)),
});

export async function startHostServers(host: string, client: SshClient): Promise<HostServers> {
  const echo = await startEchoServer(0, host);
  const sshd = await startSshd({ host, port: sshPort, client });
  await sshd.trust();
  return { echo, sshd };
}

/** A cluster whose single service `echo` leads to the host's echo server. */
export async function startCluster({ link, echo }: RemoteHost): Promise<KubeApi> {
  const kube = await startKubeApi({ host: link.hostAddress });
  addEchoService(kube, echo);
  return kube;
}
