import { describe, expect, it } from 'vitest';
import { findConfig } from './config-search.ts';

const me = 501;
const search = {
  option: undefined,
  env: {},
  workingDirectory: '/folder',
  homeDirectory: '/home/me',
  uid: me,
};
const every = (): number => me;
const none = (): null => null;

describe('the search for the config', () => {
  it('searches the locations of 0.3.7, in its order', () => {
    const asked: string[] = [];
    const found = findConfig(search, (path) => {
      asked.push(path);
      return null;
    });
    expect(found).toEqual({ found: null, skipped: [] });
    expect(asked).toEqual([
      '/folder/localport.yaml',
      '/folder/localport.yml',
      '/folder/.localport.yaml',
      '/home/me/.localport.yaml',
      '/home/me/.config/localport/config.yaml',
      '/etc/localport/config.yaml',
    ]);
  });

  it('marks a config in the current folder, whose text needs trust', () => {
    const foundBy = (path: string, change: Partial<typeof search> = {}): string | undefined =>
      findConfig({ ...search, ...change }, (place) => (place === path ? me : null)).found?.foundBy;
    expect([
      foundBy('/folder/localport.yaml'),
      foundBy('/folder/localport.yml'),
      foundBy('/folder/.localport.yaml'),
      foundBy('/home/me/localport.yaml', { workingDirectory: '/home/me' }),
    ]).toEqual(['folder', 'folder', 'folder', 'folder']);
    expect([
      foundBy('/home/me/.localport.yaml'),
      foundBy('/home/me/.localport.yaml', { workingDirectory: '/home/me' }),
      foundBy('/home/me/.config/localport/config.yaml'),
      foundBy('/home/me/.config/localport/config.yaml', {
        workingDirectory: '/home/me/.config/localport',
      }),
      foundBy('/etc/localport/config.yaml', { workingDirectory: '/etc/localport' }),
    ]).toEqual(['search', 'search', 'search', 'search', 'search']);
  });

  it('takes the first one that exists', () => {
    const path = '/home/me/.localport.yaml';
    const exists = (place: string): number | null => (place === path || place.startsWith('/etc') ? me : null);
    expect(findConfig(search, exists).found).toEqual({ path, foundBy: 'search' });
  });

  it('searches XDG_CONFIG_HOME before ~/.config', () => {
    const inConfigHome = (path: string): number | null =>
      path.endsWith('/localport/config.yaml') ? me : null;
    expect(findConfig({ ...search, env: { XDG_CONFIG_HOME: '/xdg' } }, inConfigHome).found?.path).toBe(
      '/xdg/localport/config.yaml',
    );
  });

  it('prefers --config to LOCALPORT_CONFIG to the search, also for a file that does not exist', () => {
    const env = { LOCALPORT_CONFIG: '~/env.yaml' };
    expect(findConfig({ ...search, env, option: 'conf/my.yaml' }, every).found).toEqual({
      path: '/folder/conf/my.yaml',
      foundBy: 'option',
    });
    expect(findConfig({ ...search, env }, none).found).toEqual({
      path: '/home/me/env.yaml',
      foundBy: 'environment',
    });
    expect(findConfig({ ...search, env: { LOCALPORT_CONFIG: '' } }, none).found).toBe(null);
  });

  it("skips other users' files, names them, and continues; root's files count", () => {
    const owners: Readonly<Record<string, number>> = {
      '/folder/localport.yaml': 502,
      '/folder/.localport.yaml': 503,
      '/etc/localport/config.yaml': 0,
    };
    expect(findConfig(search, (path) => owners[path] ?? null)).toEqual({
      found: { path: '/etc/localport/config.yaml', foundBy: 'search' },
      skipped: [
        { path: '/folder/localport.yaml', uid: 502 },
        { path: '/folder/.localport.yaml', uid: 503 },
      ],
    });
  });
});
