import { describe, expect, it } from 'vitest';
import { hasRunningMember, type ProcessTable } from './process-group.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** Each process is its line in /proc/PID/stat, or the error code of reading that. */
function tableOf(processes: Readonly<Record<string, string | Error>>): ProcessTable {
  return {
    list: () => Promise.resolve([...Object.keys(processes), 'self', 'meminfo']),
    read: (pid) => {
      const stat = processes[pid] ?? failure('ENOENT');
      return typeof stat === 'string' ? Promise.resolve(stat) : Promise.reject(stat);
    },
  };
}

const statOf = (pid: number, state: string, pgid: number): string =>
  `${String(pid)} (ssh) ${state} 1 ${String(pgid)} ${'0 '.repeat(16)}4711`;

describe('whether a process group has a running member', () => {
  it.each([
    ['one that runs', true, { 100: statOf(100, 'S', 1), 212: statOf(212, 'R', 200) }],
    ['only zombies', false, { 200: statOf(200, 'Z', 200) }],
    ['nobody', false, { 100: statOf(100, 'S', 1) }],
    ['one that ended during the look', false, { 200: failure('ENOENT'), 201: failure('ESRCH') }],
    ['nobody that may be seen', false, { 100: failure('EACCES') }],
    ['perhaps one, as a descriptor is missing for it', true, { 200: failure('EMFILE') }],
  ])('%s: %s', async (_, expected, processes) => {
    expect(await hasRunningMember(200, tableOf(processes))).toBe(expected);
  });

  it('is assumed when the process table cannot be read', async () => {
    const table = { ...tableOf({}), list: () => Promise.reject(failure('EMFILE')) };
    expect(await hasRunningMember(200, table)).toBe(true);
  });

  it('is searched for with few descriptors at a time', async () => {
    let open = 0;
    let most = 0;
    const read = async (): Promise<string> => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open -= 1;
      return statOf(2, 'S', 1);
    };
    const list = (): Promise<string[]> =>
      Promise.resolve(Array.from({ length: 1_000 }, (_, pid) => String(pid)));
    expect(await hasRunningMember(200, { list, read })).toBe(false);
    expect(most).toBeLessThanOrEqual(16);
  });
});
