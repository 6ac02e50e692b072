import { describe, expect, it } from 'vitest';
import { eventsSchema, podsSchema } from '../kube-query.ts';
import { eventCells, eventRows, podCells, podRows } from './cluster-rows.ts';
import { alignColumns } from './columns.ts';
import { plainPalette as palette } from './palette.ts';

const now = Date.UTC(2026, 10, 22, 12);

describe('pods', () => {
  const pods = podsSchema.parse({
    items: [
      {
        metadata: { name: 'db-1', namespace: 'shop' },
        status: {
          phase: 'Running',
          startTime: '2026-11-22T10:00:00Z',
          containerStatuses: [
            { ready: true, restartCount: 1, state: { running: {} } },
            { ready: true, restartCount: 2 },
          ],
        },
      },
      {
        metadata: { name: 'web-1', namespace: 'shop' },
        status: {
          phase: 'Pending',
          containerStatuses: [{ ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }],
        },
      },
      { metadata: { name: 'new', namespace: 'shop' }, status: {} },
    ],
  });

  it('show why they wait, and how often they were restarted', () => {
    expect(alignColumns(podRows('prod', pods).map((row) => podCells(row, palette, now)))).toEqual([
      'prod  shop  db-1   2/2  Running           3  2h 0m',
      'prod  shop  web-1  0/1  ImagePullBackOff  0',
      'prod  shop  new    0/0  Unknown           0',
    ]);
  });
});

describe('events', () => {
  const events = eventsSchema.parse({
    items: [
      {
        metadata: { namespace: 'shop', creationTimestamp: '2026-11-22T11:00:00Z' },
        involvedObject: { kind: 'Pod', name: 'web-1' },
        type: 'Warning',
        reason: 'BackOff',
        message: 'Back-off\n pulling  image',
        count: 4,
        lastTimestamp: '2026-11-22T11:59:00Z',
      },
      { metadata: { creationTimestamp: '2026-11-22T11:30:00Z' }, involvedObject: {}, eventTime: null },
    ],
  });

  it('are one line each, with their last time', () => {
    expect(alignColumns(eventRows('prod', events).map((row) => eventCells(row, palette, now)))).toEqual([
      ' 1m 0s  prod  shop  Warning  pod/web-1  BackOff  Back-off pulling image (4 times)',
      '30m 0s  prod                 /',
    ]);
  });
});
