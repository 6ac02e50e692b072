/**
 * The real daemon with services of every technology, which checks must not disturb, and one service that counts how often
 * checks run.
 */
import path from 'node:path';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import { startKubeApi } from '../../../../e2e/fixtures/kube-api.ts';
import { freePort, startGreetingEchoServer, type FixtureServer } from '../../../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../../../e2e/fixtures/sshd.ts';
import { TechnologyEntries, type Technology } from '../../../../e2e/fixtures/technology-entries.ts';
import type { ServiceSnapshot } from '../../../../shared/service-snapshot.ts';
import type { Scope } from '../../scope.ts';
import { startDaemon, type RunningDaemon } from './running-daemon.ts';

/** The shortest interval that a config may have. */
const interval = '100ms';
const upDeadlineMs = 60_000;

export interface Entry {
  readonly name: string;
  readonly technology: Technology;
  readonly target: FixtureServer;
  /** The health check of the service, with YAML keys; {} for the default. */
  readonly check: Readonly<Record<string, unknown>>;
}

export class PatientWorld {
  readonly sshd: Sshd;
  readonly #daemon: RunningDaemon;
  readonly #ports: ReadonlyMap<string, number>;
  /** The target of a service with the check `tcp`, which connects at each interval. */
  readonly #witness: FixtureServer;

  private constructor(parts: {
    readonly sshd: Sshd;
    readonly daemon: RunningDaemon;
    readonly ports: ReadonlyMap<string, number>;
    readonly witness: FixtureServer;
  }) {
    this.sshd = parts.sshd;
    this.#daemon = parts.daemon;
    this.#ports = parts.ports;
    this.#witness = parts.witness;
  }

  /** Resolves when all services are up. */
  static async start(scope: Scope, entries: readonly Entry[]): Promise<PatientWorld> {
    const [sshd, kube, witness] = await Promise.all([startSshd(), startKubeApi(), startGreetingEchoServer()]);
    scope.own('sshd', () => sshd.dispose());
    scope.own('cluster', () => kube.dispose());
    scope.own('witness', () => witness.stop());
    await sshd.trust();
    const targetEntries = new TechnologyEntries(sshd, kube);
    const ports = new Map<string, number>();
    const services: object[] = [];
    const witnessEntry = {
      name: 'witness',
      technology: 'tcp',
      target: witness,
      check: { type: 'tcp' },
    } as const;
    for (const { name, technology, target, check } of [...entries, witnessEntry]) {
      const localPort = await freePort();
      ports.set(name, localPort);
      const keys = { name, local_port: localPort, health_check: { interval, ...check } };
      services.push({ ...keys, ...targetEntries.entryFor(target, technology) });
    }
    const folders = [sshd.binDirectory, kube.client.binDirectory, process.env['PATH'] ?? ''];
    const daemon = await startDaemon({
      config: JSON.stringify({ version: '1.0', services }),
      env: { PATH: folders.join(path.delimiter), KUBECONFIG: kube.client.kubeconfigFile },
    });
    scope.own('daemon', () => daemon.stop());
    const world = new PatientWorld({ sshd, daemon, ports, witness });
    await world.#untilUp();
    return world;
  }

  /** Of the service. */
  address(name: string): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.#ports.get(name) ?? 0 };
  }

  async service(name: string): Promise<ServiceSnapshot> {
    const { services } = await this.#daemon.snapshot();
    const found = services.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  }

  /** Resolves when this many further checks have been due. */
  async checksPass(count: number): Promise<void> {
    const enough = this.#witness.connections + count;
    await eventually(`${count} checks`, () => this.#witness.connections >= enough);
  }

  async #untilUp(): Promise<void> {
    let services: readonly ServiceSnapshot[] = [];
    const areUp = async (): Promise<boolean> => {
      ({ services } = await this.#daemon.snapshot());
      return services.every(({ phase }) => phase === 'up');
    };
    await eventually('all services are up', areUp, upDeadlineMs).catch((cause: unknown) => {
      const late = services.filter(({ phase }) => phase !== 'up');
      const inWords = late.map((one) => `${one.name} ${one.phase}: ${one.cause?.title ?? ''}`);
      throw new Error(`not up: ${inWords.join('; ')}`, { cause });
    });
  }
}
