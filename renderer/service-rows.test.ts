import { describe, expect, it } from 'vitest';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { everything, listViewOf, type ListQuery } from './service-rows.ts';
import { rowsAsText } from './testing/rows-as-text.ts';
import {
  checking,
  idle,
  ready,
  connecting,
  retrying,
  sampleNow,
  service,
  up,
  waiting,
} from './testing/service-samples.ts';

const database = { tags: ['database'] };
const web = { tags: ['web'] };
const noPod = ['no-ready-pod', { resource: 'svc/redis' }] as const;
const signedOut = ['credentials-expired', { context: 'prod', command: 'aws sso login' }] as const;

const filtered = (filter: string): ListQuery => ({ ...everything, filter });
const screen = (services: readonly ServiceSnapshot[], query = everything): readonly string[] =>
  rowsAsText(listViewOf(services, query, sampleNow));

describe('a row', () => {
  it('that is up shows route, uptime and latency', () => {
    expect(screen([up('postgres')])).toEqual([
      '● postgres  :5432  (—●)',
      '  prod · svc/postgres  up 3 h · 2 ms',
    ]);
  });

  it('that was never checked shows no latency', () => {
    expect(screen([up('postgres', { checkMs: null })])[1]).toBe('  prod · svc/postgres  up 3 h');
  });

  it('that is connecting says so, and how many clients are waiting', () => {
    expect(screen([connecting('a'), connecting('b', { held: 1 }), connecting('c', { held: 2 })])).toEqual([
      '◐ a  :5432  (—●)',
      '  prod · svc/a  connecting …',
      '◐ b  :5432  (—●)',
      '  prod · svc/b  connecting … · 1 client waiting',
      '◐ c  :5432  (—●)',
      '  prod · svc/c  connecting … · 2 clients waiting',
    ]);
  });

  it('of a reverse forward has no address to copy', () => {
    const reverse = { remoteAddress: 'bastion:8080', route: 'bastion:8080 → localhost:3000', localPort: 0 };
    expect(screen([up('hook', reverse)])).toEqual([
      '● hook  (—●)',
      '  bastion:8080 → localhost:3000  up 3 h · 2 ms',
    ]);
    expect(listViewOf([up('hook', reverse)], filtered('3000'), sampleNow).groups[0]?.rows[0]?.label).toBe(
      'hook, up 3 h · 2 ms, bastion:8080 → localhost:3000',
    );
  });

  it('that is off has no status', () => {
    expect(screen([service('kafka')])).toEqual(['○ kafka  :5432  (○—)', '  prod · svc/kafka']);
  });

  it('that is stopping has its switch off already, and does not show an old cause', () => {
    const stopping = retrying('redis', noPod, { phase: 'stopping', desired: 'off' });
    expect(screen([stopping]).slice(1)).toEqual(['  prod · svc/redis  stopping …']);
  });

  it('in trouble shows the cause, the countdown and the remedy', () => {
    expect(screen([retrying('redis', noPod)])).toEqual([
      '▲ redis  :5432  (—●)',
      '  No ready pod behind svc/redis',
      '  Retrying in 4 s  [Show Pods]',
    ]);
  });

  it('keeps its cause during the next try, so that it does not jump', () => {
    const trying = retrying('printer', ['host-unreachable', { host: 'nas' }], { phase: 'connecting' });
    expect(screen([trying])).toEqual([
      '▲ printer  :5432  (—●)',
      '  nas cannot be reached',
      '  Trying again now  [Try Again]',
    ]);
  });

  it('that needs the user says what to do', () => {
    expect(screen([waiting('grafana', signedOut)]).slice(1)).toEqual([
      '  Signed out of prod',
      '  Sign in again: run aws sso login (not retried automatically)  [Sign In…]',
    ]);
  });

  it('that has used up its tries says that they continue', () => {
    const nas = ['host-unreachable', { host: 'nas' }] as const;
    const tired = { exhausted: true, attempt: 9 };
    const rows = [
      retrying('nas', nas, { ...tired, nextRetryAt: sampleNow + 42_000 }),
      retrying('nas', nas, { ...tired, nextRetryAt: null }),
      waiting('nas', nas, { ...tired, nextRetryAt: sampleNow + 42_000 }),
      waiting('nas', nas, tired),
    ].map((service) => screen([service])[2]);
    expect(rows).toEqual([
      '  Retrying in 42 s  [Try Again]',
      '  Retrying once a minute  [Try Again]',
      '  Retrying in 42 s  [Try Again]',
      '  Retrying once a minute  [Try Again]',
    ]);
    const [row] = listViewOf([retrying('nas', nas, tired)], everything, sampleNow).groups[0]?.rows ?? [];
    expect(row?.cause?.tries).toBe('9 failed tries, now retrying once a minute');
  });

  it('waits for the network only if the network is down', () => {
    expect(screen([waiting('nas', ['network-down'])]).slice(1)).toEqual([
      '  Waiting for the network',
      '  Reconnects automatically',
    ]);
    const others = [waiting('nas', ['host-unreachable']), waiting('nas', ['transport-down'])];
    expect(others.flatMap((service) => screen([service])).join()).not.toMatch(/waiting for/i);
  });

  it('that is not proven yet is checking, and says how many clients are waiting', () => {
    expect(screen([checking('a'), checking('b', { held: 2 })])).toEqual([
      '◌ a  :5432  (—●)',
      '  prod · svc/a  checking …',
      '◌ b  :5432  (—●)',
      '  prod · svc/b  checking … · 2 clients waiting',
    ]);
  });

  it('that is ready says so, and is neither green nor in trouble', () => {
    expect(screen([ready('a')])).toEqual(['◌ a  :5432  (—●)', '  prod · svc/a  ready']);
  });

  it('on demand that no client uses says so, and counts as up', () => {
    expect(screen([idle('a', database), service('b')])).toEqual([
      '⌄ database  1 up (—●)',
      '◌ a  :5432  (—●)',
      '  prod · svc/a  on demand',
      '⌄ Other  Off (○—)',
      '○ b  :5432  (○—)',
      '  prod · svc/b',
    ]);
  });

  it('that is connected but fails its checks is in trouble', () => {
    const sick = up('api', { health: 'unhealthy', cause: retrying('api', ['check-failed']).cause });
    expect(screen([sick])).toEqual([
      '▲ api  :5432  (—●)',
      '  No answer through the tunnel',
      '  Checking again soon  [Show Log]',
    ]);
  });

  it('is one sentence for a screen reader', () => {
    const labels = (services: readonly ServiceSnapshot[]): readonly string[] =>
      listViewOf(services, everything, sampleNow).groups.flatMap(({ rows }) =>
        rows.map(({ label }) => label),
      );
    expect(
      labels([
        up('postgres'),
        checking('kafka'),
        retrying('redis', noPod),
        waiting('web', signedOut),
        service('kafka'),
      ]),
    ).toEqual([
      'postgres, up 3 h · 2 ms, localhost:5432',
      'kafka, checking …, localhost:5432',
      'redis, in trouble, No ready pod behind svc/redis, Retrying in 4 s, localhost:5432',
      'web, in trouble, Signed out of prod, Sign in again: run aws sso login (not retried automatically), localhost:5432',
      'kafka, off, localhost:5432',
    ]);
  });
});

describe('the list', () => {
  it('groups services by first tag in file order, untagged services last', () => {
    const names = screen([
      service('loose'),
      up('postgres', database),
      service('grafana', web),
      up('redis', { tags: ['database', 'web'] }),
    ]).filter((line) => !line.startsWith(' '));
    expect(names).toEqual([
      '⌄ database  2 up (—●)',
      '● postgres  :5432  (—●)',
      '● redis  :5432  (—●)',
      '⌄ web  Off (○—)',
      '○ grafana  :5432  (○—)',
      '⌄ Other  Off (○—)',
      '○ loose  :5432  (○—)',
    ]);
  });

  it.each([
    ['all share a tag', [up('a', web), up('b', web)]],
    ['none has a tag', [up('a'), up('b')]],
  ])('has no group titles when %s', (_, services) => {
    expect(listViewOf(services, everything, sampleNow).groups.map(({ title }) => title)).toEqual([null]);
  });

  it('keeps every row in place whatever its state', () => {
    const order = (services: readonly ServiceSnapshot[]): readonly string[] =>
      listViewOf(services, everything, sampleNow).rowNames;
    const calm = ['a', 'b', 'c', 'd'].map((name) => up(name));
    const wild = [service('a'), retrying('b', noPod), connecting('c'), waiting('d', signedOut)];
    expect(order(wild)).toEqual(order(calm));
  });

  it('uses the tag for a group only if the tag has exactly its rows', () => {
    const tags = (services: readonly ServiceSnapshot[]): readonly (string | null)[] =>
      listViewOf(services, everything, sampleNow).groups.map(({ tag }) => tag);
    expect(tags([up('a', database), up('b', web), up('c')])).toEqual(['database', 'web', null]);
    expect(tags([up('a', { tags: ['database', 'web'] }), up('b', web)])).toEqual(['database', null]);
  });

  it('says which rows wait for the network, not for their cluster', () => {
    const offline = ['a', 'b', 'c'].map((name) => waiting(name, ['network-down']));
    expect(screen(offline)).toContain('  prod · svc/a  waits for the network');
  });

  it('shows a cause shared by three services once, above quiet rows', () => {
    const services = [...['a', 'b', 'c'].map((name) => waiting(name, signedOut)), up('d')];
    expect(screen(services)).toEqual([
      '▲ 3 forwards: Signed out of prod',
      '  Sign in again: run aws sso login (not retried automatically)  [Sign In…]',
      '◌ a  :5432  (—●)',
      '  prod · svc/a  waits for prod',
      '◌ b  :5432  (—●)',
      '  prod · svc/b  waits for prod',
      '◌ c  :5432  (—●)',
      '  prod · svc/c  waits for prod',
      '● d  :5432  (—●)',
      '  prod · svc/d  up 3 h · 2 ms',
    ]);
  });

  it('shows a cause shared by two services in each row', () => {
    const services = ['a', 'b'].map((name) => waiting(name, signedOut));
    expect(screen(services).filter((line) => line.startsWith('▲ 2'))).toEqual([]);
  });
});

describe('the filter', () => {
  const services = [
    up('postgres', { ...database, localPort: 5432 }),
    up('redis', { ...database, localPort: 6379, description: 'Session cache' }),
    up('api', { ...web, localPort: 8080, technology: 'ssh', route: 'bastion → api:8080' }),
  ];
  it.each([
    ['', ['postgres', 'redis', 'api']],
    ['RED', ['redis']],
    ['6379', ['redis']],
    ['cache', ['redis']],
    ['bastion', ['api']],
    ['database', ['postgres', 'redis']],
    ['ssh', ['api']],
    ['prod post', ['postgres']],
    [' redis ', ['redis']],
    ['nothing like it', []],
  ])('“%s” leaves %j', (filter, names) => {
    expect(listViewOf(services, filtered(filter), sampleNow).rowNames).toEqual(names);
  });

  it('keeps the title of the only remaining group', () => {
    expect(listViewOf(services, filtered('api'), sampleNow).groups.map(({ title }) => title)).toEqual([
      'web',
    ]);
  });

  it('shows a shared cause only beside a row that has it', () => {
    const troubled = [...['a', 'b', 'c'].map((name) => waiting(name, signedOut)), up('other')];
    expect(screen(troubled, filtered('other'))).toEqual([
      '● other  :5432  (—●)',
      '  prod · svc/other  up 3 h · 2 ms',
    ]);
    expect(screen(troubled, filtered('svc/b'))[0]).toBe('▲ 3 forwards: Signed out of prod');
  });
});

describe('a collapsed group', () => {
  const services = [up('postgres', database), retrying('redis', noPod, database), up('api', web)];
  const folded = new Set(['database']);

  it('shows its title and count, and none of its rows', () => {
    expect(screen(services, { ...everything, folded })).toEqual([
      '› database  1 of 2 up (—●)',
      '⌄ web  1 up (—●)',
      '● api  :5432  (—●)',
      '  prod · svc/api  up 3 h · 2 ms',
    ]);
    const list = listViewOf(services, { ...everything, folded }, sampleNow);
    expect([list.rowNames, list.groups[0]?.tone]).toEqual([['api'], 'trouble']);
  });

  it('opens to show matches', () => {
    expect(listViewOf(services, { ...everything, folded, filter: 're' }, sampleNow).rowNames).toEqual([
      'postgres',
      'redis',
    ]);
    expect(listViewOf(services, { ...everything, folded, onlyTrouble: true }, sampleNow).rowNames).toEqual([
      'redis',
    ]);
  });
});

describe('what needs attention', () => {
  const calm = Array.from({ length: 20 }, (_, index) => up(`s${index}`));
  const troubled = (count: number): readonly ServiceSnapshot[] =>
    Array.from({ length: count }, (_, index) =>
      retrying(`t${index}`, ['host-unreachable', { host: `h${index}` }]),
    );

  it('is listed above a long list, one line each', () => {
    expect(screen([...calm, ...troubled(2)]).slice(0, 2)).toEqual([
      '▲ t0: h0 cannot be reached',
      '▲ t1: h1 cannot be reached',
    ]);
  });

  it('is limited there, and the rest is counted', () => {
    expect(screen([...calm, ...troubled(8)]).slice(4, 7)).toEqual([
      '▲ t4: h4 cannot be reached',
      '  3 more',
      '● s0  :5432  (—●)',
    ]);
  });

  it('is not shown twice: not in a short list, in a filtered one, or below a card', () => {
    expect(listViewOf([up('a'), ...troubled(1)], everything, sampleNow).troubles).toEqual([]);
    expect(listViewOf([...calm, ...troubled(2)], filtered('t'), sampleNow).troubles).toEqual([]);
    const sharing = ['a', 'b', 'c'].map((name) => waiting(name, signedOut));
    expect(listViewOf([...calm, ...sharing], everything, sampleNow).troubles).toEqual([]);
  });

  it('is the whole list after a click on the headline', () => {
    const query = { ...everything, onlyTrouble: true };
    expect(listViewOf([...calm, ...troubled(2)], query, sampleNow).rowNames).toEqual(['t0', 't1']);
  });
});
