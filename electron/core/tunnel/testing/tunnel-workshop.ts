/** Real adapters with real children, in their own runtime directory. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Cause } from '../../../../shared/failure.ts';
import type { Connection, ServiceSpec } from '../../../../shared/service-spec.ts';
import { systemClock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import { GroupLauncher } from '../../process/child-launcher.ts';
import { PromptQueue } from '../../prompts/prompt-queue.ts';
import { sshTransports } from '../../pool/ssh-transports.ts';
import type { TransportPool } from '../../pool/transport-pool.ts';
import { childTool } from '../../secrets/child-tool.ts';
import { RememberedAnswers } from '../../secrets/remembered-answers.ts';
import { RememberedNames } from '../../secrets/remembered-names.ts';
import type { SshTiming } from '../../ssh/ssh-command.ts';
import { type AdapterRegistry, createAdapterRegistry } from '../adapter-registry.ts';
import type { Endpoint } from '../../connect/endpoint.ts';
import type { Tunnel } from '../tunnel-adapter.ts';
import { joinChannel } from '../joined-channel.ts';
import { serviceWith } from './service-specs.ts';

/** An address as `net.connect` and the fixtures' clients accept it. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export interface WorkshopOptions {
  readonly startTimeoutMs?: number;
  /** Lets answers be stored in the keychain; the names of stored answers are kept here. */
  readonly stateDirectory?: string;
  readonly timing?: SshTiming;
}

export class TunnelWorkshop {
  readonly runtimeDirectory: string;
  /** Everything the tunnels logged. */
  readonly log: string[] = [];
  /** Prompts stay unanswered unless a test answers them. */
  readonly prompts: PromptQueue;
  /** Values that were hidden from logs. */
  readonly secrets: string[] = [];
  /** One entry per attempt to store an answer: the error, or null if it was stored. */
  readonly stored: (string | null)[] = [];
  /** Called when the open prompts change. */
  onPrompt: () => void = () => undefined;
  readonly #launcher: GroupLauncher;
  readonly #transports: TransportPool;
  readonly #adapters: AdapterRegistry;
  readonly #tunnels: Tunnel[] = [];
  readonly #bridges: net.Server[] = [];
  readonly #startTimeoutMs: number;
  #count = 0;

  private constructor(
    runtimeDirectory: string,
    binDirectories: readonly string[],
    { startTimeoutMs = 30_000, stateDirectory, timing }: WorkshopOptions,
  ) {
    this.runtimeDirectory = runtimeDirectory;
    const searchPath = [...binDirectories, process.env['PATH'] ?? ''].join(path.delimiter);
    this.#launcher = new GroupLauncher({
      clock: systemClock,
      log: silentLogger,
      environment: () => ({ PATH: searchPath, HOME: runtimeDirectory }),
      registries: [],
    });
    const onSecret = (value: string): void => void this.secrets.push(value);
    this.prompts = new PromptQueue({
      clock: systemClock,
      onChange: () => {
        this.onPrompt();
      },
      onSecret,
      ...(stateDirectory === undefined ? {} : { keychain: this.#keychainNotedIn(stateDirectory, onSecret) }),
    });
    const child = { launcher: this.#launcher, clock: systemClock, runtimeDirectory };
    this.#transports = sshTransports('workshop', {
      ...child,
      prompts: this.prompts,
      ...(timing === undefined ? {} : { timing }),
    });
    this.#adapters = createAdapterRegistry({ ...child, transports: this.#transports });
    this.#startTimeoutMs = startTimeoutMs;
  }

  /** `binDirectories` come first on the children's PATH. */
  static async create(
    binDirectories: readonly string[] = [],
    options: WorkshopOptions = {},
  ): Promise<TunnelWorkshop> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'localport-run-'));
    return new TunnelWorkshop(directory, binDirectories, options);
  }

  #keychainNotedIn(stateDirectory: string, onFound: (value: string) => void): RememberedAnswers {
    return new RememberedAnswers({
      tools: { run: childTool(this.#launcher, systemClock), platform: process.platform },
      names: new RememberedNames(stateDirectory, silentLogger),
      clock: systemClock,
      log: silentLogger,
      homeDirectory: stateDirectory,
      onFound,
      onStored: (failure) => void this.stored.push(failure),
    });
  }

  open(connection: Connection, forced = false, more: Partial<ServiceSpec> = {}): Tunnel {
    const note = (message: string): void => {
      this.log.push(message);
    };
    const tunnel = this.#adapters[connection.technology].open({
      id: `test#${++this.#count}`,
      service: { ...serviceWith(connection), startTimeoutMs: this.#startTimeoutMs, ...more },
      forced,
      log: { debug: note, info: note, warn: note, error: note },
    });
    this.#tunnels.push(tunnel);
    return tunnel;
  }

  /** Opens a tunnel that must become ready. */
  async openReady(
    connection: Connection,
    forced = false,
    more: Partial<ServiceSpec> = {},
  ): Promise<{ readonly tunnel: Tunnel; readonly address: Address; readonly openedAt: number }> {
    const tunnel = this.open(connection, forced, more);
    const ready = await tunnel.ready;
    if (!ready.ok)
      throw new Error(
        `not ready: ${ready.error.title}: ${String(ready.error.evidence)}\n${this.log.join('\n')}`,
      );
    return { tunnel, address: await this.#addressOf(ready.value), openedAt: systemClock.wallNow() };
  }

  /** Clients of the fixtures need a system socket, so one leads to an endpoint in this process. */
  async #addressOf(endpoint: Endpoint): Promise<Address> {
    if (endpoint.kind === 'unix') return { path: endpoint.path };
    if (endpoint.kind === 'tcp') return { host: endpoint.host, port: endpoint.port };
    const bridge = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      joinChannel(client, endpoint.server.connect());
    });
    this.#bridges.push(bridge);
    bridge.listen(0, '127.0.0.1');
    await once(bridge, 'listening');
    return { host: '127.0.0.1', port: (bridge.address() as net.AddressInfo).port };
  }

  /** Opens a tunnel that must not become ready. Returns the cause, which must be the same in `ready` and `ended`. */
  async openFailing(connection: Connection): Promise<Cause> {
    const tunnel = this.open(connection);
    const ready = await tunnel.ready;
    if (ready.ok) throw new Error('the tunnel became ready');
    const { cause } = await tunnel.ended;
    if (cause !== ready.error) throw new Error('ready and ended have different causes');
    return cause;
  }

  /** Simulates a network change. */
  interrupted(): void {
    this.#transports.networkChanged(true);
  }

  /** Simulates a change of a kubeconfig, key or login. */
  credentialsChanged(): void {
    this.#transports.triggered('credentials');
  }

  /** Closes shared connections, which outlive their tunnels for a while. */
  async closeShared(): Promise<void> {
    await this.#transports.close();
  }

  livingChildren(): readonly string[] {
    return this.#launcher.alive().map(({ name }) => name);
  }

  filesLeft(): Promise<readonly string[]> {
    return readdir(this.runtimeDirectory);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#tunnels.map((tunnel) => tunnel.stop({ force: true })));
    await this.closeShared();
    for (const bridge of this.#bridges) bridge.close();
    await rm(this.runtimeDirectory, { recursive: true, force: true });
  }
}
