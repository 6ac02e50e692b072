/**
 * Four real services, one for each technology, and one that cannot come up; a cluster with objects and events; and a
 * user who has the command installed and whose PATH has only the test's programs.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addEchoService } from '../../../e2e/fixtures/echo-service.ts';
import type { KubeApi } from '../../../e2e/fixtures/kube-api.ts';
import { freePort } from '../../../e2e/fixtures/servers.ts';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { writeProfile } from '../../core/testing/user-home.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { CommandUser, installCommand } from './installed-command.ts';
import { Transcript, type Known } from './transcript.ts';

const relay = path.resolve(import.meta.dirname, '../../../e2e/fixtures/relay-command.cjs');

/** In golden texts each port is replaced with one of these: as long as the real ones, so that tables stay aligned. */
const goldenPorts = {
  ssh: 20_001,
  kubectl: 20_002,
  http: 20_003,
  command: 20_004,
  dead: 20_005,
  spare: 20_006,
  sshd: 20_022,
  api: 20_043,
  echo: 20_070,
  web: 20_080,
} as const;
type PortName = keyof typeof goldenPorts;
type Ports = Readonly<Record<PortName, number>>;

export class GoldenWorld {
  readonly sshd: Sshd;
  readonly kube: KubeApi;
  readonly user: CommandUser;
  readonly ports: Ports;
  readonly #servers: TestServers;
  readonly #programFolder: string;

  static async open(): Promise<GoldenWorld> {
    const servers = await startTestServers();
    const { sshd, kube, echo, web } = servers;
    addEchoService(kube, echo);
    const ports = {
      ssh: await freePort(),
      kubectl: await freePort(),
      http: await freePort(),
      command: await freePort(),
      dead: await freePort(),
      spare: await freePort(),
      sshd: sshd.port,
      api: kube.port,
      echo: echo.port,
      web: web.port,
    };
    return new GoldenWorld(servers, ports);
  }

  private constructor(servers: TestServers, ports: Ports) {
    const { sshd, kube } = servers;
    this.#servers = servers;
    this.sshd = sshd;
    this.kube = kube;
    this.ports = ports;
    this.#programFolder = installCommand();
    const bin = path.join(this.#programFolder, 'bin');
    mkdirSync(bin);
    // A fake systemd that does as it is told.
    writeFileSync(path.join(bin, 'systemctl'), '#!/bin/sh\n', { mode: 0o755 });
    const folders = [bin, sshd.binDirectory, kube.client.binDirectory, '/usr/bin', '/bin'];
    const env = { PATH: folders.join(path.delimiter), KUBECONFIG: kube.client.kubeconfigFile };
    this.user = new CommandUser(this.#programFolder, env);
    writeProfile(this.user, { env });
    this.user.writeConfig();
    this.writeConfig();
  }

  /** `services`: further entries. */
  writeConfig(services = ''): void {
    writeFileSync(this.user.configFile, `${config(this.ports)}${services}`, { mode: 0o600 });
  }

  transcript(): Transcript {
    const ports = Object.entries(this.ports) as [PortName, number][];
    return new Transcript(this.user, [
      ...ports.map(([name, port]): Known => [port, String(goldenPorts[name])]),
      [this.user.home, '~'],
      [this.#programFolder, '<program>'],
      [process.execPath, '<node>'],
      [process.versions.node, '<node version>'],
      [relay, '<relay>'],
      [path.dirname(this.sshd.binDirectory), '<ssh>'],
      [path.dirname(this.kube.client.binDirectory), '<kube>'],
      [`${this.sshd.user}@`, '<user>@'],
    ]);
  }

  async close(): Promise<void> {
    await this.user.dispose();
    await this.#servers.dispose();
    rmSync(this.#programFolder, { recursive: true, force: true });
  }
}

/** `dead` tries twice, and then no more during a test: nothing listens on port 1. */
const config = (ports: Ports): string => `version: "1.0"
defaults:
  health_check: { type: tcp, interval: 5, timeout: 2 }
services:
  - name: ssh
    technology: ssh
    local_port: ${ports.ssh}
    remote_port: ${ports.echo}
    tags: [far]
    connection: { host: 127.0.0.1, port: ${ports.sshd}, remote_host: 127.0.0.1 }
  - name: kubectl
    technology: kubectl
    local_port: ${ports.kubectl}
    remote_port: 7000
    tags: [far, cluster]
    connection: { resource_name: echo, context: fixture }
  - name: http
    technology: tcp
    local_port: ${ports.http}
    remote_port: ${ports.web}
    tags: [near]
    description: A web server
    connection: { host: 127.0.0.1 }
    health_check: { type: http }
  - name: command
    technology: command
    local_port: ${ports.command}
    tags: [near]
    connection: { argv: ["${process.execPath}", "${relay}", "{socket}", "${ports.echo}"] }
  - name: dead
    technology: tcp
    local_port: ${ports.dead}
    remote_port: 1
    enabled: false
    connection: { host: 127.0.0.1 }
    restart_policy: { initial_delay: 40 }
`;
