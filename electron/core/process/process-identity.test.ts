import { describe, expect, it } from 'vitest';
import { parseProcStat, parsePsLine } from './process-identity.ts';

describe('parseProcStat', () => {
  const after = 'S 1 812 812 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 8192 0';

  it('finds state, group and start time', () => {
    expect(parseProcStat(`812 (ssh) ${after}\n`)).toEqual({ state: 'S', pgid: 812, startTime: '987654' });
  });

  it('is not misled by a name that looks like fields', () => {
    expect(parseProcStat(`812 (a) R 1 2 (x) ) ${after}\n`)).toEqual({
      state: 'S',
      pgid: 812,
      startTime: '987654',
    });
  });

  it('returns null for text that is not a stat line', () => {
    expect(['', '812', '812 (ssh) S 1'].map(parseProcStat)).toEqual([null, null, null]);
  });
});

describe('parsePsLine', () => {
  it('reads a line of macOS', () => {
    expect(parsePsLine('  812   811 Mon Nov  2 10:11:12 2026     /usr/bin/ssh -N  host ')).toEqual({
      pid: 812,
      pgid: 811,
      startTime: 'Mon Nov 2 10:11:12 2026',
      command: '/usr/bin/ssh -N  host',
    });
  });

  it('returns null for empty and other lines', () => {
    expect(['', 'ps: illegal option', '812 812 some day ssh'].map(parsePsLine)).toEqual([null, null, null]);
  });
});
