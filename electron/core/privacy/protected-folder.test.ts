import { describe, expect, it } from 'vitest';
import { neededFileCause } from '../config/config-loader.ts';
import { describeBarred } from '../config/config-source.ts';
import { protectedFolderOf, type FolderPrivacy } from './protected-folder.ts';

const mac: FolderPrivacy = { platform: 'darwin', homeDirectory: '/Users/me', program: 'node' };

describe('the folder that macOS protects', () => {
  it.each([
    ['/Users/me/Documents/localport.yaml', '/Users/me/Documents'],
    ['/Users/me/Desktop/a/b.yaml', '/Users/me/Desktop'],
    ['/Users/me/Downloads/x', '/Users/me/Downloads'],
    ['/Users/me/Library/Mobile Documents/com~apple~CloudDocs/x.yaml', '/Users/me/Library/Mobile Documents'],
    ['/Users/me/Library/CloudStorage/Dropbox/x.yaml', '/Users/me/Library/CloudStorage'],
    ['/Volumes/stick/x.yaml', '/Volumes'],
    ['/Users/me/.config/localport/config.yaml', null],
    ['/Users/me/Documents-old/x.yaml', null],
    ['/Users/you/Documents/x.yaml', null],
  ])('of %s is %s', (file, folder) => {
    expect(protectedFolderOf(file, mac)).toBe(folder);
  });

  it('is none on other systems', () => {
    expect(protectedFolderOf('/Users/me/Documents/x', { ...mac, platform: 'linux' })).toBeNull();
  });
});

describe('a config that cannot be read', () => {
  const config = '/Users/me/Documents/localport.yaml';

  it('names the program, the folder and the pane of System Settings', () => {
    expect(describeBarred('EPERM', config, mac)).toBe(
      'macOS does not let node read /Users/me/Documents. Allow node in System Settings › Privacy & Security › ' +
        'Files and Folders, or move the file elsewhere, such as to ~/.config',
    );
  });

  it.each([
    ['EACCES', config],
    ['EPERM', '/Users/me/.localport.yaml'],
  ])('for %s at %s is a matter of file permissions', (code, file) => {
    expect(describeBarred(code, file, mac)).toBeNull();
  });
});

describe('a key that the config names', () => {
  const cause = (code: string, file: string): string =>
    neededFileCause(code, { file, place: 'services[0].connection.key_file' }, mac).title;

  it('in a protected folder is reported as not allowed', () => {
    expect(cause('EPERM', '/Users/me/Documents/id')).toBe(
      'macOS does not let node read /Users/me/Documents/id',
    );
  });

  it.each([
    ['ENOENT', '/Users/me/Documents/id'],
    ['EPERM', '/Users/me/.ssh/id'],
  ])('is reported as missing for %s at %s', (code, file) => {
    expect(neededFileCause(code, { file, place: '' }, mac).code).toBe('file-missing');
  });
});
