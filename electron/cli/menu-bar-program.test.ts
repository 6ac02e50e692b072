import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runtime } from '../core/install/app-runtime.ts';
import { menuBarProgram, type MenuBarSurroundings } from './menu-bar-program.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'menu-bar-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string): string => {
  const whole = path.join(folder, name);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, '');
  return whole;
};

const node: Runtime = { kind: 'node', program: process.execPath };

const from = (
  programFolder: string,
  platform: NodeJS.Platform,
  runtime: Runtime = node,
): MenuBarSurroundings => ({
  programFolder: path.join(folder, programFolder),
  runtime,
  platform,
  homeDirectory: folder,
});

describe('the menu-bar app is started', () => {
  it('from its own bundle on a Mac', () => {
    const archive = file('LocalPort.app/Contents/Resources/app.asar');
    expect(
      menuBarProgram(from('LocalPort.app/Contents/Resources/app.asar/dist', 'darwin'), [
        '--config',
        '/work/a.yaml',
      ]),
    ).toEqual([
      '/usr/bin/open',
      '-n',
      '-g',
      '-a',
      path.resolve(archive, '../../..'),
      '--args',
      '--config',
      '/work/a.yaml',
    ]);
  });

  it('as installed on a Mac, rather than from a copy that was not moved', () => {
    file('Applications/LocalPort.app/Contents/Info.plist');
    const copy = 'AppTranslocation/1-2/d/LocalPort.app/Contents/Resources/cli';
    file(`${copy}/localport.cjs`);
    expect(menuBarProgram(from(copy, 'darwin'), []).join(' ')).not.toContain('AppTranslocation');
  });

  it('from the user’s own Applications on a Mac', () => {
    file('Applications/LocalPort.app/Contents/Info.plist');
    const [, , , , app] = menuBarProgram(from('somewhere/dist', 'darwin'), []);
    // If one is installed for all users, that one is used.
    expect(app).toMatch(/Applications\/LocalPort\.app$/);
  });

  it('with the program that runs this command on Linux', () => {
    const app: Runtime = {
      kind: 'app',
      program: '/home/ann/LocalPort.AppImage',
      commandScript: '/tmp/.mount_abc/resources/bin/localport',
      isAppImage: true,
      platform: 'linux',
    };
    expect(menuBarProgram(from('resources/app.asar/dist', 'linux', app), ['--config', '/c.yaml'])).toEqual([
      '/home/ann/LocalPort.AppImage',
      '--config',
      '/c.yaml',
    ]);
  });

  it('from a checkout with its own script', () => {
    const script = file('build/start.mjs');
    expect(menuBarProgram(from('dist', 'linux'), ['--config', '/c.yaml'])).toEqual([
      process.execPath,
      script,
      '--config',
      '/c.yaml',
    ]);
  });

  it('or is reported as missing', () => {
    expect(() => menuBarProgram(from('dist', 'linux'), [])).toThrow('the menu-bar app was not found');
  });
});
