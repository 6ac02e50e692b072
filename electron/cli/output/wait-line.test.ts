import { describe, expect, it } from 'vitest';
import { onScreen } from '../../core/observability/visible-output.ts';
import { aService } from '../../shell/testing/snapshots.ts';
import { plainPalette as palette } from './palette.ts';
import { WaitLine } from './wait-line.ts';

function written(terminal: { isTTY?: boolean; columns?: number }, options: { quiet?: true } = {}) {
  const parts: string[] = [];
  const stderr = { write: (text: string) => parts.push(text), ...terminal };
  const line = new WaitLine({ stderr, options: { color: false, ...options }, palette });
  const [db, cache] = ['db', 'cache'].map((name) =>
    aService(name, { phase: 'connecting', health: 'unknown' }),
  );
  const web = aService('web', { health: 'unknown' });
  if (db === undefined || cache === undefined) throw new Error('no samples');
  line.show([db, cache, web]);
  line.show([db, cache, web]);
  line.show([web]);
  line.clear();
  line.clear();
  return parts.map((text) => onScreen(text).replaceAll('\u001b', '^'));
}

describe('the line that names the services to wait for', () => {
  it('is redrawn in place when it changes, and removed', () => {
    expect(written({ isTTY: true, columns: 80 })).toEqual([
      '\rwaiting for db and 1 more, still checking web …^[K',
      '\rstill checking web …^[K',
      '\r^[K',
    ]);
  });

  it('is truncated on a narrow terminal, where it could not be redrawn otherwise', () => {
    expect(written({ isTTY: true, columns: 15 })[0]).toBe('\rwaiting for d…^[K');
  });

  it('is only for terminals', () => {
    expect(written({})).toEqual([]);
    expect(written({ isTTY: true }, { quiet: true })).toEqual([]);
  });
});
