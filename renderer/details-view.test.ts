import { expect, test } from 'vitest';
import type { Span } from '../shared/service-details.ts';
import { availabilityText, barOf, bytesText, factsOf, momentText, outagesOf } from './details-view.ts';
import { idle, sampleNow, up } from './testing/service-samples.ts';

const hour = 3_600_000;
const at = (hoursAgo: number, state: Span['state']): Span => ({ since: sampleNow - hoursAgo * hour, state });

test.each<[string, readonly Span[], string]>([
  ['nothing is known', [], 'unknown 1.00'],
  ['it began 6 hours ago', [at(6, 'up')], 'unknown 0.75, up 0.25'],
  ['it was up all day and longer', [at(40, 'up')], 'up 1.00'],
  ['it was down for 6 hours', [at(30, 'up'), at(12, 'down'), at(6, 'up')], 'up 0.50, down 0.25, up 0.25'],
  ['what ended before is not shown', [at(40, 'down'), at(30, 'up')], 'up 1.00'],
])('when %s, the bar shows %s', (_, spans, expected) => {
  const parts = barOf(spans, sampleNow).map(({ state, share }) => `${state} ${share.toFixed(2)}`);
  expect(parts.join(', ')).toBe(expected);
});

test.each<[readonly Span[], string | null]>([
  [[], null],
  [[at(6, 'off')], null],
  [[at(6, 'up')], '100% up in the last 24 h'],
  [[at(24, 'up'), at(12, 'down')], '50.00% up in the last 24 h'],
  [[at(24, 'up'), at(12, 'off')], '100% up in the last 24 h'],
  [[at(24, 'up'), { since: sampleNow - 10, state: 'down' }], '99.99% up in the last 24 h'],
])('%j is %s', (spans, words) => {
  expect(availabilityText(spans, sampleNow)).toBe(words);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [9_940, '9.9 kB'],
  [12_345, '12 kB'],
  [999_700, '1.0 MB'],
  [3_400_000_000, '3.4 GB'],
  [1e18, '1000000 TB'],
])('%d bytes read %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test('each fact has a name and a value', () => {
  const service = up('db', { connections: 3, held: 1, bytesOut: 12, bytesIn: 3e9, restarts: 2 });
  const process = { pid: 812, command: 'ssh' };
  const facts = factsOf(
    service,
    { spans: [], outages: [], process },
    {
      rate: { out: 0, in: 1_500_000 },
      now: sampleNow,
    },
  );
  expect(facts.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    'Check: 2 ms',
    'Connections: 3 open, 1 waiting',
    'Sent: 12 B',
    'Received: 3.0 GB, 1.5 MB/s',
    'Tunnel: ssh, process 812',
    'Restarts: 2',
    'Outages: none',
  ]);
});

test('a service on demand says when it disconnects', () => {
  const facts = factsOf(idle('db'), null, { rate: null, now: sampleNow });
  expect(facts).toContainEqual({ name: 'On demand', value: 'disconnects after 10 min unused' });
  const always = factsOf(up('db'), null, { rate: null, now: sampleNow });
  expect(always.map(({ name }) => name)).not.toContain('On demand');
});

test('the number of outages matches the list', () => {
  const ended = (hoursAgo: number) => ({
    since: sampleNow - hoursAgo * hour,
    durationMs: 60_000,
    cause: null,
  });
  const details = { spans: [], outages: [ended(25), ended(6), ended(2)], process: null };
  expect(outagesOf(details, sampleNow)).toEqual([ended(2), ended(6)]);
  const facts = factsOf(up('db'), details, { rate: null, now: sampleNow });
  expect(facts.at(-1)).toEqual({ name: 'Outages', value: '2, 2 min in total' });
  const many = { ...details, outages: Array.from({ length: 50 }, () => ended(1)) };
  expect(factsOf(up('db'), many, { rate: null, now: sampleNow }).at(-1)?.value).toBe(
    'at least 50, 50 min in total',
  );
  // Nothing is shown before it is known.
  expect(factsOf(up('db'), null, { rate: null, now: sampleNow }).at(-1)?.name).toBe('Restarts');
});

test('a time on another day includes the date', () => {
  const noon = new Date(2026, 10, 22, 12).getTime();
  expect([momentText(noon - 2 * hour, noon), momentText(noon - 26 * hour, noon)]).toEqual([
    '10:00',
    'Nov 21, 10:00',
  ]);
});
