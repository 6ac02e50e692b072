/**
 * Everything that a row needs, in its own namespaces: the user's machine with LocalPort and the clients, and the remote
 * hosts. Nothing here is disposed: the row's process is the first of a process namespace, and its exit ends everything.
 */
import path from 'node:path';
import { echoPort } from '../fixtures/echo-service.ts';
import type { KubeApi } from '../fixtures/kube-api.ts';
import { createSshClient, type SshClient } from '../fixtures/ssh-client.ts';
import { startCluster, startRemoteHost, type RemoteHost, type HostServers } from './remote-host.ts';
import { FaultDaemon } from './fault-daemon.ts';
import { eventually } from '../fixtures/eventually.ts';
import { Load } from './load.ts';
import { delay } from './monotonic.ts';
import { UserMachine } from './user-machine.ts';
import type { Request } from './requests.ts';
import { seededRandom } from './seeded-random.ts';
import { isGreen, type Timeline } from './timeline.ts';

/** One entry of the config. */
export interface Service {
  readonly name: string;
  readonly port: number;
  readonly config: Readonly<Record<string, unknown>>;
}

const relayCommand = path.resolve(import.meta.dirname, '../fixtures/relay-command.cjs');
const firstPort = 12_000;
const greenDeadlineMs = 60_000;
/** So that the clients are running, and a service no longer counts as just started. */
const calmMs = 2_000;

export class FaultWorld {
  readonly machine = new UserMachine();
  readonly random: () => number;
  readonly sshClient: SshClient;
  readonly load = new Load(this.machine.prefix);
  kube: KubeApi | null = null;
  #daemon: FaultDaemon | null = null;
  #nextPort = firstPort;
  readonly #services: Service[] = [];
  readonly #others: Service[] = [];

  readonly #seconds: number | null;

  /** `seconds` shortens rows that watch for some time. */
  static async create(seed: number, seconds: number | null): Promise<FaultWorld> {
    return new FaultWorld(await createSshClient(), seed, seconds);
  }

  private constructor(sshClient: SshClient, seed: number, seconds: number | null) {
    this.#seconds = seconds;
    this.random = seededRandom(seed);
    this.sshClient = sshClient;
  }

  addHost(): Promise<RemoteHost> {
    return startRemoteHost(this.machine.addLink(), this.sshClient);
  }

  async addCluster(host: RemoteHost): Promise<KubeApi> {
    this.kube = await startCluster(host);
    return this.kube;
  }

  addSsh(name: string, { sshd, echo }: HostServers): Service {
    const connection = { host: sshd.host, port: sshd.port, user: sshd.user, remote_host: echo.host };
    return this.add(name, { technology: 'ssh', remote_port: echo.port, connection });
  }

  addTcp(name: string, { echo }: HostServers): Service {
    return this.add(name, { technology: 'tcp', remote_port: echo.port, connection: { host: echo.host } });
  }

  addKubectl(name: string): Service {
    const connection = { resource_name: 'echo' };
    return this.add(name, { technology: 'kubectl', remote_port: echoPort, connection });
  }

  addCommand(name: string, { echo }: RemoteHost): Service {
    const argv = [process.execPath, relayCommand, '{socket}', String(echo.port), echo.host];
    return this.add(name, { technology: 'command', connection: { argv } });
  }

  add(name: string, config: Service['config']): Service {
    const service = { name, port: this.nextPort(), config };
    this.#services.push(service);
    return service;
  }

  /** Healthy services on a separate host, which must not be affected by the rest. */
  async addOthers(): Promise<void> {
    const host = await this.addHost();
    this.#others.push(this.addSsh('other-ssh', host), this.addTcp('other-tcp', host));
    this.#others.push(this.addCommand('other-command', host));
    if (this.kube !== null) return;
    await this.addCluster(host);
    this.#others.push(this.addKubectl('other-kubectl'));
  }

  nextPort(): number {
    this.#nextPort += 1;
    return this.#nextPort;
  }

  get others(): readonly Service[] {
    return this.#others;
  }

  get services(): readonly Service[] {
    return this.#services;
  }

  /** With every optional setting left out. JSON is valid YAML. */
  get config(): string {
    return JSON.stringify({
      version: '1.0',
      services: this.#services.map(({ name, port, config }) => ({ name, local_port: port, ...config })),
    });
  }

  get env(): Readonly<Record<string, string>> {
    const folders = [this.sshClient.binDirectory, this.kube?.client.binDirectory, process.env['PATH']];
    return {
      PATH: folders.filter((folder) => folder !== undefined).join(path.delimiter),
      ...(this.kube === null ? {} : { KUBECONFIG: this.kube.client.kubeconfigFile }),
    };
  }

  get daemon(): FaultDaemon {
    if (this.#daemon === null) throw new Error('the daemon is not made yet');
    return this.#daemon;
  }

  makeDaemon(): FaultDaemon {
    this.#daemon = new FaultDaemon({ config: this.config, env: this.env, prefix: this.machine.prefix });
    return this.#daemon;
  }

  /** How long a row watches that normally watches for `usual` seconds. */
  watchSeconds(usual: number): number {
    return this.#seconds ?? usual;
  }

  /** Starts the daemon and waits until all tunnels are up, with or without checks. */
  async startUntilUp(): Promise<void> {
    await this.makeDaemon().start();
    const isUp = ({ name }: Service): boolean => this.timeline(name).latest?.phase === 'up';
    await eventually('all are up', () => this.#services.every(isUp), greenDeadlineMs).catch(
      (cause: unknown) => {
        const words = this.#services.map(({ name }) => `${name}: ${this.timeline(name).inWords()}`);
        throw new Error(`not all are up: ${words.join('; ')}`, { cause });
      },
    );
  }

  /** Starts the daemon, waits until all services are green, and has clients use the others and these. */
  async start(clientsAt: readonly Service[], ...wrapper: readonly string[]): Promise<void> {
    await this.makeDaemon().start(...wrapper);
    await this.untilGreen(this.#services);
    for (const { port } of [...this.#others, ...clientsAt]) this.load.begin(port);
    await delay(calmMs);
  }

  async untilGreen(services: readonly Service[], deadlineMs = greenDeadlineMs): Promise<void> {
    const isReady = ({ name }: Service): boolean => {
      const { latest } = this.timeline(name);
      return latest !== null && isGreen(latest);
    };
    try {
      await eventually('all are green', () => services.every(isReady), deadlineMs);
    } catch (cause) {
      const late = services.filter((service) => !isReady(service));
      const words = late.map(({ name }) => `${name}: ${this.timeline(name).inWords()}`);
      throw new Error(`not green within ${deadlineMs} ms: ${words.join('; ')}`, { cause });
    }
  }

  timeline(name: string): Timeline {
    return this.daemon.timeline(name);
  }

  requestsTo({ port }: { readonly port: number }): readonly Request[] {
    return this.load.of(port);
  }

  /** A pause of this length and up to half as much again, by the seed. */
  pause(ms: number): Promise<void> {
    return delay(ms * (1 + this.random() / 2));
  }
}
