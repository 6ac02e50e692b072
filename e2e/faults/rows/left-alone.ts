/** What must be left alone, with the default settings: an unused target, and existing connections. */
import { startDebugger, debuggerKinds } from '../../fixtures/debugger-servers.ts';
import { startGreetingEchoServer, startSilentServer, type FixtureServer } from '../../fixtures/servers.ts';
import { startStreamingSite } from '../../fixtures/streaming-site.ts';
import { TechnologyEntries, type Technology } from '../../fixtures/technology-entries.ts';
import { reportNone } from '../../bench/figure.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { LastingClient } from '../lasting-client.ts';
import type { ClientKind } from '../lasting-client-program.ts';
import { delay, nowMs } from '../monotonic.ts';
import type { Row } from '../row.ts';

const technologies: readonly Technology[] = ['tcp', 'ssh', 'kubectl', 'command'];
const idleSeconds = 300;
const sessionSeconds = 120;
const paceMs = 1_000;

interface Target {
  readonly service: Service;
  readonly server: FixtureServer;
}

/** A separate target for each technology. */
async function addByAll(
  world: FaultWorld,
  {
    entries,
    name,
    start,
  }: {
    readonly entries: TechnologyEntries;
    readonly name: string;
    readonly start: () => Promise<FixtureServer>;
  },
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const technology of technologies) {
    const server = await start();
    const service = world.add(`${name} by ${technology}`, entries.entryFor(server, technology));
    targets.push({ service, server });
  }
  return targets;
}

async function prepareEntries(
  world: FaultWorld,
): Promise<{ readonly entries: TechnologyEntries; readonly hostAddress: string }> {
  const host = await world.addHost();
  const kube = await world.addCluster(host);
  return { entries: new TechnologyEntries(host.sshd, kube), hostAddress: host.link.hostAddress };
}

const idleTargets: Row = {
  name: 'idle-targets',
  what: 'nobody uses these services, whose protocols nothing tells',
  watchesSeconds: idleSeconds,
  run: async (world) => {
    const { entries, hostAddress } = await prepareEntries(world);
    const targets = [
      ...(await addByAll(world, { entries, name: 'silent', start: () => startSilentServer(0, hostAddress) })),
      ...(await addByAll(world, {
        entries,
        name: 'greeting',
        start: () => startGreetingEchoServer(hostAddress),
      })),
    ];
    await world.startUntilUp();
    const seconds = world.watchSeconds(idleSeconds);
    await delay(seconds * 1_000);
    for (const { service, server } of targets)
      reportNone({
        figure: `connections that reach ${service.name} in ${seconds} s`,
        value: server.connections,
        note: world.timeline(service.name).inWords(),
      });
  },
};

const lastingSessions: Row = {
  name: 'lasting-sessions',
  what: 'debuggers that serve one session each, and an open stream beside a redirect',
  watchesSeconds: sessionSeconds,
  run: async (world) => {
    const { entries, hostAddress } = await prepareEntries(world);
    const targets: (Target & { readonly kind: ClientKind })[] = [];
    const add = async (kind: ClientKind, start: () => Promise<FixtureServer>): Promise<void> => {
      for (const target of await addByAll(world, { entries, name: kind, start }))
        targets.push({ ...target, kind });
    };
    for (const kind of debuggerKinds) await add(kind, () => startDebugger(kind, hostAddress));
    await add('stream', () => startStreamingSite(hostAddress));
    await world.startUntilUp();
    const seconds = world.watchSeconds(sessionSeconds);
    await Promise.all(targets.map((target) => watchSession(world, target, seconds)));
  },
};

/** It sends one request per second. */
async function watchSession(
  world: FaultWorld,
  { service, server, kind }: Target & { readonly kind: ClientKind },
  seconds: number,
): Promise<void> {
  const order = { kind, host: '127.0.0.1', port: service.port };
  const until = nowMs() + seconds * 1_000;
  let answers = 0;
  let fault: string | null = null;
  try {
    const client = await LastingClient.open(world.machine.prefix, order);
    while (fault === null && nowMs() < until) {
      fault = await client.ask();
      if (fault === null) answers += 1;
      await delay(paceMs);
    }
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  const { restarts } = world.daemon.service(service.name);
  const others = server.connections - 1;
  reportNone({
    figure: `${service.name}: harm done in ${seconds} s`,
    value: (fault === null ? 0 : 1) + Math.abs(others) + restarts,
    note: `${answers} answers, ${fault ?? 'connected'}; ${others} other connections, ${restarts} restarts`,
  });
}

export const leftAloneRows: readonly Row[] = [idleTargets, lastingSessions];
