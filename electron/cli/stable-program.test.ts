import { describe, expect, it } from 'vitest';
import { stableProgram } from './stable-program.ts';

const cellar = '/opt/homebrew/Cellar/node/24.1.0/bin/node';
const nvm = '/Users/me/.nvm/versions/node/v22.12.0/bin/node';
const fnm = '/Users/me/.local/share/fnm/node-versions/v22.12.0/installation/bin/node';

/** Links, each to its real path; any other path is itself if it is listed, or missing. */
const links: Readonly<Record<string, string>> = {
  '/opt/homebrew/bin/node': cellar,
  '/opt/homebrew/opt/node/bin/node': cellar,
  '/usr/local/opt/node@22/bin/node': '/usr/local/Cellar/node@22/22.12.0/bin/node',
  '/Users/me/.local/state/fnm_multishells/12_34/bin/node': fnm,
  '/Users/me/.local/share/mise/shims/node': '/opt/homebrew/bin/mise',
  '/Users/me/bin/node': nvm,
};
const files = new Set(Object.values(links));

const stable = (program: string, ...folders: readonly string[]) =>
  stableProgram(program, folders.join(':'), (file) =>
    Promise.resolve(links[file] ?? (files.has(file) ? file : null)),
  );

describe('the path of node that survives an update', () => {
  it.each([
    ["is Homebrew's own link", cellar, [], '/opt/homebrew/opt/node/bin/node'],
    [
      'also of a version that is not linked',
      '/usr/local/Cellar/node@22/22.12.0/bin/node',
      ['/usr/local/bin'],
      '/usr/local/opt/node@22/bin/node',
    ],
    [
      'is a link on the PATH',
      nvm,
      ['/Users/me/.nvm/versions/node/v22.12.0/bin', '/Users/me/bin'],
      '/Users/me/.nvm/versions/node/v22.12.0/bin/node',
    ],
    [
      'the first on the PATH',
      nvm,
      ['/Users/me/bin', '/Users/me/.nvm/versions/node/v22.12.0/bin'],
      '/Users/me/bin/node',
    ],
    ['is none of one shell session', fnm, ['/Users/me/.local/state/fnm_multishells/12_34/bin'], fnm],
    ['is no shim, which is another program', nvm, ['/Users/me/.local/share/mise/shims'], nvm],
    ['is no folder that depends on where one is', nvm, ['bin', ''], nvm],
    ['is what it was where it is gone', '/gone/node', ['/opt/homebrew/bin'], '/gone/node'],
  ])('%s', async (_, program, folders, expected) => {
    expect(await stable(program, ...folders)).toBe(expected);
  });
});
