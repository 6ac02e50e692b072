import { describe, expect, it } from 'vitest';
import { findConfig } from './config-search.ts';

const search = { option: undefined, env: {}, workingDirectory: '/folder', homeDirectory: '/home/me' };
const every = (): boolean => true;
const none = (): boolean => false;

describe('the search for the config', () => {
  it('looks where 0.3.7 looked, in its order', () => {
    const asked: string[] = [];
    expect(findConfig(search, (path) => asked.push(path) < 0)).toBe(null);
    expect(asked).toEqual([
      '/folder/localport.yaml',
      '/folder/localport.yml',
      '/folder/.localport.yaml',
      '/home/me/.localport.yaml',
      '/home/me/.config/localport/config.yaml',
      '/etc/localport/config.yaml',
    ]);
  });

  it('takes the first that exists', () => {
    const path = '/home/me/.localport.yaml';
    expect(findConfig(search, (place) => place === path || place.startsWith('/etc'))).toEqual({
      path,
      foundBy: 'search',
    });
  });

  it('looks in XDG_CONFIG_HOME before ~/.config', () => {
    const inConfigHome = (path: string): boolean => path.endsWith('/localport/config.yaml');
    expect(findConfig({ ...search, env: { XDG_CONFIG_HOME: '/xdg' } }, inConfigHome)?.path).toBe(
      '/xdg/localport/config.yaml',
    );
  });

  it('obeys --config before LOCALPORT_CONFIG before any search, also for a file that does not exist', () => {
    const env = { LOCALPORT_CONFIG: '~/env.yaml' };
    expect(findConfig({ ...search, env, option: 'conf/my.yaml' }, every)).toEqual({
      path: '/folder/conf/my.yaml',
      foundBy: 'option',
    });
    expect(findConfig({ ...search, env }, none)).toEqual({
      path: '/home/me/env.yaml',
      foundBy: 'environment',
    });
    expect(findConfig({ ...search, env: { LOCALPORT_CONFIG: '' } }, none)).toBe(null);
  });
});
