/** One ssh client, real servers that it trusts, an echo server behind them, and the adapters under test. */
import { expect } from 'vitest';
import type { SshConnection } from '../../../../shared/service-spec.ts';
import { type FixtureServer, startEchoServer } from '../../../../e2e/fixtures/servers.ts';
import { createSshClient, type SshClient } from '../../../../e2e/fixtures/ssh-client.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../../../e2e/fixtures/sshd.ts';
import { sshConnection } from '../../tunnel/testing/service-specs.ts';
import { TunnelWorkshop, type WorkshopOptions } from '../../tunnel/testing/tunnel-workshop.ts';

export class SshWorld {
  readonly client: SshClient;
  readonly echo: FixtureServer;
  readonly workshop: TunnelWorkshop;
  readonly #servers: Sshd[] = [];

  private constructor(client: SshClient, echo: FixtureServer, workshop: TunnelWorkshop) {
    this.client = client;
    this.echo = echo;
    this.workshop = workshop;
  }

  /** `binDirectories`: of additional programs. */
  static async create({
    binDirectories = [],
    ...options
  }: WorkshopOptions & { readonly binDirectories?: readonly string[] } = {}): Promise<SshWorld> {
    const client = await createSshClient();
    const echo = await startEchoServer();
    const workshop = await TunnelWorkshop.create([client.binDirectory, ...binDirectories], options);
    return new SshWorld(client, echo, workshop);
  }

  async start(options: Omit<SshdOptions, 'client'> = {}): Promise<Sshd> {
    const server = await startSshd({ client: this.client, ...options });
    this.#servers.push(server);
    await server.trust();
    return server;
  }

  /** To the echo server, through this server. */
  to(server: Sshd, given: Partial<SshConnection> = {}): SshConnection {
    return sshConnection({
      host: server.host,
      port: server.port,
      user: server.user,
      remoteHost: '127.0.0.1',
      remotePort: this.echo.port,
      ...given,
    });
  }

  async dispose(): Promise<void> {
    await this.workshop.dispose();
    expect(this.workshop.livingChildren()).toEqual([]);
    await Promise.all(this.#servers.map((server) => server.dispose()));
    await this.echo.stop();
    await this.client.dispose();
  }
}
