/** A LocalPort whose events are recorded, with clients and remote ends that are disposed with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import { Scope } from '../../scope.ts';
import type { Endpoint, SystemEndpoint } from '../../connect/endpoint.ts';
import { ConnectionBudget } from '../connection-budget.ts';
import { createLocalPort, type LocalPortOptions } from '../local-port.ts';
import type { ClientEvidence, ServicePort } from '../service-port.ts';
import { connectClient, echo, freePort, RemoteEnd, type Peer } from './loopback-peers.ts';

/** Long enough for a busy machine, and far from a test's own deadline. */
const conditionDeadlineMs = 5000;

export class PortFixture {
  readonly scope = new Scope('test');
  readonly port: number;
  /** As reported by `onSuspicion`: `t1: The tunnel took no connection: ENOENT`. */
  readonly suspicions: string[] = [];
  /** As reported by `onEvidence`: `t1: answered`, `t1: unconnected ECONNREFUSED`. */
  readonly evidence: string[] = [];
  demands = 0;

  private constructor(port: number) {
    this.port = port;
  }

  static async create(): Promise<PortFixture> {
    return new PortFixture(await freePort());
  }

  /** Clients wait for a minute, longer than any test. */
  make(options: Partial<LocalPortOptions> = {}): ServicePort {
    const local = createLocalPort({
      name: 'test',
      port: this.port,
      holdTimeoutMs: 60_000,
      clock: systemClock,
      log: silentLogger,
      budget: new ConnectionBudget(20_000),
      events: {
        onDemand: () => (this.demands += 1),
        onSuspicion: (tunnelId, finding) => this.suspicions.push(`${tunnelId}: ${finding}`),
        onEvidence: (tunnelId, evidence) => this.evidence.push(`${tunnelId}: ${textOf(evidence)}`),
      },
      ...options,
    });
    this.scope.own('local port', () => local.close());
    return local;
  }

  async open(options: Partial<LocalPortOptions> = {}): Promise<ServicePort> {
    const local = this.make(options);
    const opened = await local.open();
    if (!opened.ok) throw new Error(opened.error.title);
    return local;
  }

  async client(host?: string): Promise<Peer> {
    const peer = await connectClient(this.port, host);
    this.scope.own('client', () => {
      peer.socket.destroy();
    });
    return peer;
  }

  /** By default it echoes on a Unix socket. */
  async remoteEnd(
    onConnection: (peer: Peer) => void = echo,
    kind: Endpoint['kind'] = 'unix',
  ): Promise<RemoteEnd> {
    const remote = await RemoteEnd.listen(kind, onConnection);
    this.scope.own('remote end', () => remote.close());
    return remote;
  }

  /** A listener that accepts nothing and whose queue is full: TCP does not answer then, a Unix socket refuses. */
  async hangingEndpoint(kind: SystemEndpoint['kind'] = 'tcp'): Promise<SystemEndpoint> {
    const folder = await mkdtemp(join(tmpdir(), 'relay-'));
    this.scope.own('folder', () => rm(folder, { recursive: true, force: true }));
    const wanted: SystemEndpoint =
      kind === 'unix' ? { kind, path: join(folder, 'socket') } : { kind, host: '127.0.0.1', port: 0 };
    const child = spawn(process.execPath, ['-e', hangingServer, JSON.stringify(wanted)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.scope.own('hanging server', async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    const endpoint = wanted.kind === 'unix' ? wanted : { ...wanted, port: Number(text) };
    const fillers = Array.from({ length: 8 }, () => connect(endpoint).on('error', () => undefined));
    this.scope.own('fillers', () => {
      for (const filler of fillers) filler.destroy();
    });
    // The queue of a Unix socket fills as these connections are made; on macOS there is room for only one of them.
    const certain = fillers.slice(0, kind === 'unix' ? 1 : 2);
    await Promise.all(certain.map((filler) => once(filler, 'connect')));
    return endpoint;
  }
}

/** Listens with the smallest backlog and blocks forever. */
const hangingServer = `
  const server = require('node:net').createServer();
  server.listen({ ...JSON.parse(process.argv[1]), backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port ?? 0));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** Resolves once `check` no longer throws. */
export const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: conditionDeadlineMs, interval: 5 });

/** Resolves once `read` has returned the same value, above 0, for a while. */
export async function stable(read: () => number): Promise<void> {
  let last = 0;
  const check = (): void => {
    const value = read();
    const isStable = value === last && value > 0;
    last = value;
    if (!isStable) throw new Error(`still changing: ${value}`);
  };
  await vi.waitFor(check, { timeout: conditionDeadlineMs, interval: 200 });
}

/** How many sockets and listeners this process has open. */
export const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => /TCP|Pipe/.test(resource)).length;

const textOf = (evidence: ClientEvidence): string =>
  evidence.kind === 'unconnected' ? `unconnected ${evidence.errno}` : evidence.kind;
