import { expect, test } from 'vitest';
import { hitIn, matchesFilter } from './filter-words.ts';
import { checking, idle, retrying, service, up } from './testing/service-samples.ts';

const services = [
  up('postgres', { tags: ['database'] }),
  retrying('redis', ['exited'], { localPort: 6379 }),
  service('kafka', { description: 'Queue' }),
  checking('grafana'),
  idle('search'),
];

test.each([
  ['', ['postgres', 'redis', 'kafka', 'grafana', 'search']],
  ['re', ['postgres', 'redis']],
  ['DATABASE', ['postgres']],
  ['queue', ['kafka']],
  [':6379', ['redis']],
  [':', ['postgres', 'redis', 'kafka', 'grafana', 'search']],
  [':down', ['redis']],
  [':d', ['redis']],
  [':off', ['kafka']],
  [':up', ['postgres', 'search']],
  [':checking', ['grafana']],
  [':up re', ['postgres']],
  [':nonsense', []],
])('"%s" finds %j', (filter, names) => {
  expect(services.filter((one) => matchesFilter(one, filter)).map(({ name }) => name)).toEqual(names);
});

test.each<[string, string, readonly [number, number] | null]>([
  ['postgres', 'gre', [4, 7]],
  ['Postgres', 'POST', [0, 4]],
  ['postgres', ':up gres', [4, 8]],
  ['postgres', 'prod', null],
  ['İstanbul', 'bul', null],
])('in %s, "%s" is found at %j', (name, filter, place) => {
  expect(hitIn(name, filter)).toEqual(place);
});
