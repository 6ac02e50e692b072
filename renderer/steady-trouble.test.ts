import { describe, expect, it } from 'vitest';
import { describeCause } from '../shared/failure.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { causeViewOf } from './cause-view.ts';
import { everything, listViewOf } from './service-rows.ts';
import { deadTarget } from './testing/dead-target.ts';
import { rowsAsText } from './testing/rows-as-text.ts';
import { checking, connecting, sampleNow, service, up } from './testing/service-samples.ts';

const screen = (one: ServiceSnapshot, now: number): readonly string[] =>
  rowsAsText(listViewOf([one], everything, now));

describe('the row of a target that refuses connections', () => {
  it('is in trouble from the first failure on in every phase, and only the next step changes', () => {
    const head = '▲ orders  :5432  (—●) |  The tunnel is up, but db.internal refused the connection';
    const rows = deadTarget.map((step) => screen(step.service, step.at));
    expect(rows.slice(0, 2).map((lines) => lines.join(' |'))).toEqual([
      '◐ orders  :5432  (—●) |  deploy@bastion → db.internal:5432  connecting …',
      '◌ orders  :5432  (—●) |  deploy@bastion → db.internal:5432  checking …',
    ]);
    const steady = rows.slice(2);
    expect(new Set(steady.map((lines) => lines.slice(0, 2).join(' |')))).toEqual(new Set([head]));
    expect(new Set(steady.map((lines) => lines.length))).toEqual(new Set([3]));
    const retry = ['Trying again now', 'Checking …', 'Checking again soon'];
    expect(steady.map((lines) => lines[2])).toEqual(
      [
        'Checking again soon',
        'Retrying now',
        ...['in 2 s', 'in 4 s', 'in 8 s', 'in 16 s', 'in 60 s', 'in 60 s'].flatMap((delay) => [
          ...retry,
          `Retrying ${delay}`,
        ]),
      ].map((next) => `  ${next}  [Show Log]`),
    );
  });

  it('turns green once it is proven, not when a process starts', () => {
    const cause = deadTarget.at(-1)?.service.cause ?? null;
    const tried = { cause, attempt: 4, checkMs: null };
    const steps = [
      connecting('orders', tried),
      checking('orders', tried),
      up('orders', { attempt: 4, since: sampleNow }),
    ];
    expect(steps.map((step) => screen(step, sampleNow)[0]?.slice(0, 1))).toEqual(['▲', '▲', '●']);
  });
});

describe('the row of a tunnel that was killed', () => {
  it('keeps its height while it reconnects, is checked, and turns green again', () => {
    const cause = describeCause('killed', { ending: 'SIGKILL' });
    const tried = { cause, attempt: 1 };
    const steps = [up('db'), connecting('db', tried), checking('db', tried), up('db', { since: sampleNow })];
    expect(steps.map((step) => screen(step, sampleNow).join(' |'))).toEqual([
      '● db  :5432  (—●) |  prod · svc/db  up 3 h · 2 ms',
      '◐ db  :5432  (—●) |  prod · svc/db  reconnecting …',
      '◌ db  :5432  (—●) |  prod · svc/db  checking …',
      '● db  :5432  (—●) |  prod · svc/db  up 0 s · 2 ms',
    ]);
  });
});

describe('the row of a cause that needs the user', () => {
  it('says what to do, and keeps its lines while LocalPort checks again', () => {
    const cause = describeCause('forbidden', { resource: 'pods in shop' });
    const facts = { desired: 'on', cause, attempt: 1 } as const;
    const steps = [
      service('shop', { ...facts, phase: 'failed', nextRetryAt: sampleNow + 30_000 }),
      service('shop', { ...facts, phase: 'connecting' }),
      service('shop', { ...facts, phase: 'up' }),
      service('shop', { ...facts, phase: 'failed', attempt: 2, nextRetryAt: sampleNow + 300_000 }),
      service('shop', { ...facts, phase: 'failed' }),
    ];
    const rows = steps.map((step) => screen(step, sampleNow));
    expect(new Set(rows.map((lines) => lines.join(' |')))).toEqual(
      new Set([
        '▲ shop  :5432  (—●) |  You are not allowed to forward ports to pods in shop |  Ask for permission to create pods/portforward there  [Check Permission]',
      ]),
    );
    expect(steps.map((step) => causeViewOf(step, sampleNow)?.next)).toEqual([
      'Needs you · checks again in 30 s',
      'Trying again now',
      'Checking …',
      'Needs you · checks again in 5 min',
      'Needs you',
    ]);
  });
});
