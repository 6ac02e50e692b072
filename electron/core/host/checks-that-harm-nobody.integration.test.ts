// Checks must not disturb a debugger's only session, an open stream, or an unused target. Through real tunnels, in the real
// daemon.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDebugSession } from '../../../e2e/fixtures/debug-session.ts';
import { debuggerKinds, startDebugger } from '../../../e2e/fixtures/debugger-servers.ts';
import { startGreetingEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import { openSteadyConnection } from '../../../e2e/fixtures/steady-connection.ts';
import { openLiveStream, startStreamingSite } from '../../../e2e/fixtures/streaming-site.ts';
import type { Technology } from '../../../e2e/fixtures/technology-entries.ts';
import { Scope } from '../scope.ts';
import { PatientWorld, type Entry } from './testing/patient-world.ts';

const technologies: readonly Technology[] = ['tcp', 'ssh', 'kubectl', 'command'];
const checksMeanwhile = 10;
const startDeadlineMs = 90_000;

/** A service for each technology, each with its own target: `jdwp by ssh`. */
async function entriesFor(
  scope: Scope,
  name: string,
  start: () => Promise<FixtureServer>,
): Promise<readonly Omit<Entry, 'check'>[]> {
  const entries: Omit<Entry, 'check'>[] = [];
  for (const technology of technologies) {
    const target = await start();
    scope.own(name, () => target.stop());
    entries.push({ name: `${name} by ${technology}`, technology, target });
  }
  return entries;
}

interface Talk {
  readonly goesOn: () => Promise<void>;
  readonly close: () => void;
}

/** What happened to a service while its client was connected and after it left, as text. */
async function fateOf(
  world: PatientWorld,
  { name, target }: Omit<Entry, 'check'>,
  open: () => Promise<Talk>,
): Promise<string> {
  const words: string[] = [];
  try {
    const talk = await open();
    try {
      for (let check = 0; check < checksMeanwhile; check++) {
        await world.checksPass(1);
        await talk.goesOn();
      }
    } finally {
      talk.close();
    }
  } catch (error) {
    words.push(error instanceof Error ? error.message : String(error));
  }
  await world.checksPass(checksMeanwhile);
  const { phase, restarts } = await world.service(name);
  return [...words, `connections ${target.connections}`, phase, `restarts ${restarts}`].join(', ');
}

/** All at the same time. */
async function fatesOf<E extends { readonly name: string }>(
  entries: readonly E[],
  fate: (entry: E) => Promise<string>,
): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(
    await Promise.all(entries.map(async (one) => [one.name, await fate(one)] as const)),
  );
}

const allAre = (
  entries: readonly { readonly name: string }[],
  fate: string,
): Readonly<Record<string, string>> => Object.fromEntries(entries.map(({ name }) => [name, fate]));

const untouched = 'connections 1, up, restarts 0';
const logins = (world: PatientWorld): number =>
  world.sshd.log.filter((line) => line.startsWith('Accepted')).length;

describe.each([
  ['the default check', {}],
  ['health_check: {type: none}', { type: 'none' }],
])('with %s', (_words, check) => {
  let scope: Scope;
  let world: PatientWorld;
  let idle: readonly Omit<Entry, 'check'>[];
  let streams: readonly Omit<Entry, 'check'>[];
  const debuggers = new Map<string, readonly Omit<Entry, 'check'>[]>();

  beforeAll(async () => {
    scope = new Scope('test');
    idle = await entriesFor(scope, 'idle', startGreetingEchoServer);
    streams = await entriesFor(scope, 'stream', startStreamingSite);
    for (const kind of debuggerKinds)
      debuggers.set(kind, await entriesFor(scope, kind, () => startDebugger(kind)));
    const all = [...idle, ...streams, ...[...debuggers.values()].flat()];
    world = await PatientWorld.start(
      scope,
      all.map((entry) => ({ ...entry, check })),
    );
  }, startDeadlineMs);
  afterAll(() => scope.close());

  it('no connection reaches an unused target', async () => {
    await world.checksPass(checksMeanwhile);
    const fate = ({ target }: (typeof idle)[number]): Promise<string> =>
      Promise.resolve(`connections ${target.connections}`);
    expect(await fatesOf(idle, fate)).toEqual(allAre(idle, 'connections 0'));
    const fateOfClient = (entry: (typeof idle)[number]): Promise<string> =>
      fateOf(world, entry, async () => {
        const client = await openSteadyConnection(world.address(entry.name));
        const goesOn = async (): Promise<void> => {
          await client.echo('still there?');
        };
        return { goesOn, close: client.close };
      });
    expect(await fatesOf(idle, fateOfClient)).toEqual(allAre(idle, untouched));
  });

  it.each(debuggerKinds)('the session of %s continues', async (kind) => {
    const entries = debuggers.get(kind) ?? [];
    const fate = (entry: (typeof entries)[number]): Promise<string> =>
      fateOf(world, entry, async () => {
        const session = await openDebugSession(kind, world.address(entry.name));
        return { goesOn: session.ask, close: session.close };
      });
    expect(await fatesOf(entries, fate)).toEqual(allAre(entries, untouched));
  });

  it('an open stream continues without a new login', async () => {
    const before = logins(world);
    const fate = (entry: (typeof streams)[number]): Promise<string> =>
      fateOf(world, entry, () => openLiveStream(world.address(entry.name)));
    expect(await fatesOf(streams, fate)).toEqual(allAre(streams, untouched));
    expect(logins(world)).toBe(before);
  });
});

describe('with health_check: {type: http}', () => {
  let scope: Scope;
  let world: PatientWorld;
  let streams: readonly Omit<Entry, 'check'>[];

  beforeAll(async () => {
    scope = new Scope('test');
    streams = await entriesFor(scope, 'stream', startStreamingSite);
    world = await PatientWorld.start(
      scope,
      streams.map((entry) => ({ ...entry, check: { type: 'http' } })),
    );
  }, startDeadlineMs);
  afterAll(() => scope.close());

  it('a redirect makes a service unhealthy and leaves its open stream alone', async () => {
    const before = logins(world);
    const fate = async (entry: (typeof streams)[number]): Promise<string> => {
      const words = await fateOf(world, entry, () => openLiveStream(world.address(entry.name)));
      const { health, cause } = await world.service(entry.name);
      const names =
        cause?.remedy?.includes('expected_status') === true ? 'expected_status' : (cause?.title ?? '');
      return [words.replace(/connections \d+, /, ''), health, names].join(', ');
    };
    const expected = 'up, restarts 0, unhealthy, expected_status';
    expect(await fatesOf(streams, fate)).toEqual(allAre(streams, expected));
    expect(logins(world)).toBe(before);
  });
});
