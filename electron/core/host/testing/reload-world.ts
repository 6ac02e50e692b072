/** Five services of three technologies in a real daemon, each with its own remote end, and an observer of all of them. */
import path from 'node:path';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import { freePort, startGreetingEchoServer, type FixtureServer } from '../../../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../../../e2e/fixtures/sshd.ts';
import type { ServiceSnapshot } from '../../../../shared/service-snapshot.ts';
import { writeDraft, type ConfigDraft, type DraftService } from './config-draft.ts';
import { openNumberedStream, type NumberedStream } from './numbered-stream.ts';
import { startDaemon, type RunningDaemon, type SaveStyle } from './running-daemon.ts';
import { fateOf, hasFailed, isHealthy, type Sighting } from './service-fate.ts';

/** The services; `spare` is off at first. No service uses the remote end `other`, so that an edit can point one there. */
const remoteEndNames = ['relay', 'web', 'tool', 'far', 'spare', 'other'] as const;
export type RemoteEndName = (typeof remoteEndNames)[number];
type ByName<T> = Readonly<Record<RemoteEndName, T>>;
export type Fates = Readonly<Record<string, string>>;

interface WorldParts {
  readonly sshd: Sshd;
  readonly remoteEnds: ByName<FixtureServer>;
  readonly localPorts: ByName<number>;
  readonly daemon: RunningDaemon;
}

/** Lines that a surviving connection must carry after the reload. */
const linesAfterReload = 20;
/** The first check runs at once and the second much later, so a check in between means that the monitor was restarted. */
const interval = '1h';

export class ReloadWorld {
  readonly base: ConfigDraft;
  readonly daemon: RunningDaemon;
  /** Of the services. */
  readonly localPorts: ByName<number>;
  readonly #sshd: Sshd;
  readonly #remoteEnds: ByName<FixtureServer>;
  readonly #phases = new Map<string, Set<string>>();
  #saved: string;

  private constructor(base: ConfigDraft, { sshd, remoteEnds, localPorts, daemon }: WorldParts) {
    this.base = base;
    this.#sshd = sshd;
    this.#remoteEnds = remoteEnds;
    this.localPorts = localPorts;
    this.daemon = daemon;
    this.#saved = writeDraft(base);
    void daemon.client.stream(
      'watch-snapshot',
      { live: false },
      {
        onEvent: ({ services }) => {
          for (const { name, phase } of services)
            this.#phases.set(name, (this.#phases.get(name) ?? new Set()).add(phase));
        },
      },
    );
  }

  static async start(): Promise<ReloadWorld> {
    const sshd = await startSshd();
    await sshd.trust();
    const remoteEnds = await forEachName(() => startGreetingEchoServer());
    const localPorts = await forEachName(() => freePort());
    const base: ConfigDraft = {
      defaults: {
        health_check: { type: 'tcp', interval, timeout: 5 },
        restart_policy: { max_attempts: 10, initial_delay: 1, max_delay: 2 },
      },
      services: baseServices({ sshd, remoteEnds, localPorts }),
    };
    const daemon = await startDaemon({
      config: writeDraft(base),
      env: {
        PATH: [sshd.binDirectory, process.env['PATH'] ?? ''].join(path.delimiter),
        WEB_PORT: String(remoteEnds.web.port),
        OTHER_PORT: String(remoteEnds.other.port),
      },
    });
    return new ReloadWorld(base, { sshd, remoteEnds, localPorts, daemon });
  }

  /** The port of a remote end. */
  portOf(name: RemoteEndName): number {
    return this.#remoteEnds[name].port;
  }

  /** Connections that a remote end has accepted since the start. */
  taken(name: RemoteEndName): number {
    return this.#remoteEnds[name].connections;
  }

  /** The command line of a tunnel to a remote end. */
  argvTo(name: RemoteEndName): readonly string[] {
    return relayArgv(this.portOf(name));
  }

  /**
   * Saves the file while a client is connected through every service, waits until the daemon has applied it on its own and
   * the fates are as `expected`, and returns the fate of every service.
   */
  async reload(text: string, style: SaveStyle, expected: Fates): Promise<Fates> {
    await this.#settles();
    const streams = await this.#connectToAll();
    const before = await this.#sightings();
    this.#phases.clear();
    await this.#save(text, style);
    const observe = async (): Promise<Fates> => this.#fates(before, streams);
    const isAsExpected = async (): Promise<boolean> =>
      JSON.stringify(sorted(await observe())) === JSON.stringify(sorted(expected));
    // A mismatch shows in the returned fates.
    await eventually('the expected fates', isAsExpected).catch(() => undefined);
    await Promise.all([...streams.values()].map((stream) => stream.goesOn(linesAfterReload)));
    const fates = await observe();
    await leaveAll(streams);
    await this.#waitForCleanup();
    await leaveAll(await this.#connectToAll());
    return fates;
  }

  /** Restores the base config after a test has failed half-way. */
  async restore(): Promise<void> {
    if (this.#saved === writeDraft(this.base)) return;
    await this.#save(writeDraft(this.base), 'in place');
    await this.#settles();
  }

  async dispose(): Promise<void> {
    await this.daemon.stop();
    await Promise.all([
      this.#sshd.dispose(),
      ...Object.values(this.#remoteEnds).map((server: FixtureServer) => server.stop()),
    ]);
  }

  async #save(text: string, style: SaveStyle): Promise<void> {
    const { daemon } = this;
    const { loads } = daemon;
    const wasBroken = await this.#isBroken();
    daemon.save(text, style);
    this.#saved = text;
    await eventually(
      'the daemon has noticed the change',
      async () => daemon.loads > loads || (!wasBroken && (await this.#isBroken())),
    );
    // Resolves when all earlier changes are applied; loading the same config once more must change nothing.
    await daemon.client.request('reload', {});
  }

  async #isBroken(): Promise<boolean> {
    return (await this.daemon.snapshot()).config.status === 'broken';
  }

  async #settles(): Promise<void> {
    const isAtRest = (service: ServiceSnapshot): boolean =>
      isHealthy(service) || service.phase === 'off' || hasFailed(service);
    await eventually('every service has settled', async () =>
      (await this.daemon.snapshot()).services.every(isAtRest),
    );
  }

  async #connectToAll(): Promise<ReadonlyMap<string, NumberedStream>> {
    const streams = new Map<string, NumberedStream>();
    for (const { name, phase, localPort } of (await this.daemon.snapshot()).services)
      if (phase === 'up') streams.set(name, await openNumberedStream(localPort));
    return streams;
  }

  async #sightings(): Promise<ReadonlyMap<string, Sighting>> {
    const { services } = await this.daemon.snapshot();
    const taken = (name: string): number => (isRemoteEndName(name) ? this.taken(name) : 0);
    return new Map(services.map((service) => [service.name, { service, taken: taken(service.name) }]));
  }

  async #fates(
    before: ReadonlyMap<string, Sighting>,
    streams: ReadonlyMap<string, NumberedStream>,
  ): Promise<Fates> {
    const after = await this.#sightings();
    const fate = (name: string): string =>
      fateOf({
        before: before.get(name),
        after: after.get(name),
        stream: streams.get(name),
        phases: this.#phases.get(name) ?? new Set(),
      });
    return Object.fromEntries(
      [...new Set([...before.keys(), ...after.keys()])].map((name) => [name, fate(name)]),
    );
  }

  /** Only children of current tunnels are alive, and an ssh that is kept for a minute in case it is needed again. */
  async #waitForCleanup(): Promise<void> {
    await eventually('only the current tunnels are alive', async () => {
      const dump = await this.daemon.client.request('dump', {});
      if (!dump.ok) return false;
      const present = dump.value.snapshot.services.flatMap(({ pid }) => (pid === null ? [] : [pid]));
      const { children } = dump.value;
      return children.every(({ pid, name }) => present.includes(pid) || name.startsWith('ssh '));
    });
  }
}

/** `relay` has its own settings for everything; the others inherit the defaults. */
function baseServices({ sshd, remoteEnds, localPorts }: Omit<WorldParts, 'daemon'>): readonly DraftService[] {
  const at = (name: RemoteEndName) => ({
    name,
    local_port: localPorts[name],
    remote_port: remoteEnds[name].port,
  });
  const tcp = { technology: 'tcp', connection: { host: '127.0.0.1' } };
  const ssh = { host: sshd.host, port: sshd.port, user: sshd.user, remote_host: '127.0.0.1' };
  return [
    {
      ...at('relay'),
      ...tcp,
      health_check: { type: 'tcp', interval, timeout: 6, failure_threshold: 2, success_threshold: 1 },
      restart_policy: {
        enabled: true,
        max_attempts: 4,
        initial_delay: 1,
        max_delay: 3,
        backoff_multiplier: 3,
      },
    },
    { ...at('web'), ...tcp, tags: ['http'] },
    { ...at('tool'), technology: 'command', connection: { argv: relayArgv(remoteEnds.tool.port) } },
    { ...at('far'), technology: 'ssh', connection: ssh },
    { ...at('spare'), ...tcp, enabled: false },
  ];
}

const relayArgv = (port: number): readonly string[] => [
  process.execPath,
  path.resolve(import.meta.dirname, '../../../../e2e/fixtures/relay-command.cjs'),
  '{socket}',
  String(port),
];

const isRemoteEndName = (name: string): name is RemoteEndName =>
  remoteEndNames.some((known) => known === name);

async function forEachName<T>(make: () => Promise<T>): Promise<ByName<T>> {
  const entries: [string, T][] = [];
  for (const name of remoteEndNames) entries.push([name, await make()]);
  return Object.fromEntries(entries) as ByName<T>;
}

async function leaveAll(streams: ReadonlyMap<string, NumberedStream>): Promise<void> {
  await Promise.all([...streams.values()].map((stream) => stream.leave()));
}

const sorted = (fates: Fates): readonly (readonly [string, string])[] =>
  Object.entries(fates).sort(([a], [b]) => a.localeCompare(b));
