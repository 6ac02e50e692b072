import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import {
  add,
  all,
  change,
  changeDefaults,
  remove,
  writeDraft,
  type ConfigDraft,
} from './testing/config-draft.ts';
import { ReloadWorld, type RemoteEndName, type Fates } from './testing/reload-world.ts';
import type { Fate } from './testing/service-fate.ts';

let world: ReloadWorld;

beforeAll(async () => {
  world = await ReloadWorld.start();
});

afterAll(async () => {
  await world.dispose();
});

beforeEach(async () => {
  await world.restore();
});

/** One edit of the file. It is saved in place, and then undone by renaming a new file over it. */
interface Row {
  readonly what: string;
  readonly edit: (draft: ConfigDraft) => ConfigDraft | string;
  /** The fates of affected services; all others must be untouched. */
  readonly fates: Readonly<Record<string, Fate>>;
  /** The new remote end of connections, if the edit changes it. */
  readonly leadsTo?: RemoteEndName;
}

const opposites: Partial<Record<Fate, Fate>> = {
  added: 'gone',
  gone: 'added',
  'switched on': 'switched off',
  'switched off': 'switched on',
  failed: 'fixed',
};
const opposite = (fates: Readonly<Record<string, Fate>>): Readonly<Record<string, Fate>> =>
  Object.fromEntries(Object.entries(fates).map(([name, fate]) => [name, opposites[fate] ?? fate]));

const untouched = {
  relay: 'untouched',
  web: 'untouched',
  tool: 'untouched',
  far: 'untouched',
  spare: 'still off',
} as const;
const local = (name: RemoteEndName): number => world.localPorts[name];
const remote = (name: RemoteEndName): number => world.portOf(name);

/** The entry of another tcp service. */
const newService = (name: string, remoteEnd: RemoteEndName) => ({
  name,
  technology: 'tcp',
  local_port: local('other'),
  remote_port: remote(remoteEnd),
  connection: { host: '127.0.0.1' },
});

const rows: readonly Row[] = [
  {
    what: 'a service added',
    edit: (draft) => add(newService('new', 'other'))(draft),
    fates: { new: 'added' },
  },
  { what: 'a service removed', edit: remove('web'), fates: { web: 'gone' } },
  {
    what: 'a service renamed, which keeps its port',
    edit: change('tool', { name: 'kit' }),
    fates: { tool: 'gone', kit: 'added' },
  },
  {
    what: 'the local port of a relay changed',
    edit: (draft) => change('relay', { local_port: local('other') })(draft),
    fates: { relay: 'moved' },
  },
  {
    what: 'the local port of an ssh changed',
    edit: (draft) => change('far', { local_port: local('other') })(draft),
    fates: { far: 'moved' },
  },
  {
    what: 'two services swapping their local ports',
    edit: (draft) =>
      all(change('web', { local_port: local('tool') }), change('tool', { local_port: local('web') }))(draft),
    fates: { web: 'moved', tool: 'moved' },
  },
  {
    what: 'the connection of a relay changed',
    edit: (draft) => change('web', { remote_port: remote('other') })(draft),
    fates: { web: 'replaced' },
    leadsTo: 'other',
  },
  {
    what: 'the connection of a command changed',
    edit: (draft) => change('tool', { connection: { argv: world.argvTo('other') } })(draft),
    fates: { tool: 'replaced' },
    leadsTo: 'other',
  },
  {
    what: 'the connection of an ssh changed',
    edit: (draft) => change('far', { remote_port: remote('other') })(draft),
    fates: { far: 'replaced' },
    leadsTo: 'other',
  },
  {
    what: 'the technology changed',
    edit: (draft) =>
      change('web', { technology: 'command', connection: { argv: world.argvTo('other') } })(draft),
    fates: { web: 'replaced' },
    leadsTo: 'other',
  },
  {
    what: 'a health check changed',
    edit: change('far', { health_check: { timeout: 4 } }),
    fates: { far: 'checked again' },
  },
  {
    what: 'a restart policy changed',
    edit: change('tool', { restart_policy: { max_attempts: 2 } }),
    fates: {},
  },
  { what: 'the hold changed', edit: change('tool', { hold: '2s' }), fates: {} },
  {
    what: 'tags and a description changed',
    edit: change('web', { tags: ['http', 'new'], description: 'The web' }),
    fates: {},
  },
  {
    what: 'a service switched off',
    edit: change('tool', { enabled: false }),
    fates: { tool: 'switched off' },
  },
  {
    what: 'a service switched on',
    edit: change('spare', { enabled: true }),
    fates: { spare: 'switched on' },
  },
  {
    what: 'a service switched off and given another port at once',
    edit: (draft) => change('web', { enabled: false, local_port: local('other') })(draft),
    fates: { web: 'switched off' },
  },
  {
    what: 'the default health check changed, which touches those that inherit it',
    edit: changeDefaults({ health_check: { type: 'tcp', interval: '1h', timeout: 4 } }),
    fates: { web: 'checked again', tool: 'checked again', far: 'checked again' },
  },
  {
    what: 'the default restart policy changed',
    edit: changeDefaults({ restart_policy: { max_attempts: 2 } }),
    fates: {},
  },
  {
    what: 'the services in another order',
    edit: (draft) => ({ ...draft, services: draft.services.toReversed() }),
    fates: {},
  },
  {
    what: 'a value replaced by a variable with the same value',
    edit: change('web', { remote_port: '${WEB_PORT}' }),
    fates: {},
  },
  {
    what: 'a value replaced by a variable with another value',
    edit: change('web', { remote_port: '${OTHER_PORT}' }),
    fates: { web: 'replaced' },
    leadsTo: 'other',
  },
  {
    what: 'a variable that is not set, which fails only its service',
    edit: change('tool', { connection: { argv: ['${NOT_SET}', '{socket}'] } }),
    fates: { tool: 'failed' },
  },
  {
    what: 'a key file that does not exist, which fails only its service',
    edit: ({ services, ...draft }) => ({
      ...draft,
      services: services.map((service) =>
        service.name === 'far'
          ? { ...service, connection: { ...(service['connection'] as object), key_file: '/nowhere/key' } }
          : service,
      ),
    }),
    fates: { far: 'failed' },
  },
  {
    what: 'a connection that fails, which fails only its service',
    edit: change('tool', { connection: { argv: [process.execPath, '-e', 'process.exit(7)', '{socket}'] } }),
    fates: { tool: 'failed' },
  },
  {
    what: 'comments and white space',
    edit: (draft) => `# mine\n\n${writeDraft(draft).replaceAll('\n  - ', ' # its own\n\n  -   ')}`,
    fates: {},
  },
  { what: 'a file that is empty for a moment', edit: () => '', fates: {} },
  {
    what: 'several edits at once',
    edit: (draft) =>
      all(
        add(newService('new', 'spare')),
        remove('web'),
        change('tool', { connection: { argv: world.argvTo('other') } }),
        change('far', { health_check: { timeout: 4 } }),
        change('spare', { enabled: true }),
      )(draft),
    fates: { new: 'added', web: 'gone', tool: 'replaced', far: 'checked again', spare: 'switched on' },
    leadsTo: 'other',
  },
];

describe('a reload touches only the services that it affects', () => {
  it.each(rows)('$what', async ({ edit, fates, leadsTo }) => {
    const { base } = world;
    const takenBefore = leadsTo === undefined ? 0 : world.taken(leadsTo);
    const there: Fates = { ...untouched, ...fates };
    const edited = edit(base);
    const text = typeof edited === 'string' ? edited : writeDraft(edited);
    expect(await world.reload(text, 'in place', there)).toEqual(there);
    if (leadsTo !== undefined) expect(world.taken(leadsTo)).toBeGreaterThan(takenBefore);
    const andBack: Fates = { ...untouched, ...opposite(fates) };
    expect(await world.reload(writeDraft(base), 'by rename', andBack)).toEqual(andBack);
  });

  it('a broken file, which is reported', async () => {
    expect(await world.reload('services: [', 'in place', untouched)).toEqual(untouched);
    expect((await world.daemon.snapshot()).config).toMatchObject({
      status: 'broken',
      problems: [{ line: 1 }],
    });
    expect(await world.reload(writeDraft(world.base), 'by rename', untouched)).toEqual(untouched);
    expect((await world.daemon.snapshot()).config).toMatchObject({ status: 'loaded', problems: [] });
  });

  it('a restart policy, which holds from the next failure on', async () => {
    const forbidden = writeDraft(change('tool', { restart_policy: { enabled: false } })(world.base));
    expect(await world.reload(forbidden, 'in place', untouched)).toEqual(untouched);
    process.kill((await tool()).pid ?? 0, 'SIGKILL');
    await eventually('it is not restarted', async () => (await tool()).phase === 'failed');
    const fixed: Fates = { ...untouched, tool: 'fixed' };
    expect(await world.reload(writeDraft(world.base), 'by rename', fixed)).toEqual(fixed);
  });

  it('the description and tags of a service, which are shown', async () => {
    const described = writeDraft(change('tool', { description: 'A tool', tags: ['mine'] })(world.base));
    expect(await world.reload(described, 'by rename', untouched)).toEqual(untouched);
    expect(await tool()).toMatchObject({ description: 'A tool', tags: ['mine'] });
  });
});

async function tool(): Promise<ServiceSnapshot> {
  const { services } = await world.daemon.snapshot();
  return services.find(({ name }) => name === 'tool')!;
}
