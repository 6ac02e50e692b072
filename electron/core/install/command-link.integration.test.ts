import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AppRuntime, Runtime } from './app-runtime.ts';
import { commandOwner, installCommand, type CommandInstallation } from './command-link.ts';

let home: string;
let link: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'command-link-'));
  link = path.join(home, '.local/bin/localport');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const app = (change: Partial<AppRuntime> = {}): AppRuntime => ({
  kind: 'app',
  program: '/Applications/LocalPort.app/Contents/MacOS/LocalPort',
  commandScript: '/Applications/LocalPort.app/Contents/Resources/bin/localport',
  isAppImage: false,
  platform: 'darwin',
  ...change,
});

/** As on a fresh Mac, where neither shared folder is writable. */
const install = (runtime: Runtime, change: Partial<CommandInstallation> = {}) =>
  installCommand({
    platform: 'darwin',
    homeDirectory: home,
    runtime,
    searchPath: '/usr/bin',
    isWritable: () => false,
    ...change,
  });

it('links to the script in the app, and says what PATH lacks', async () => {
  expect(await install(app())).toEqual({
    ok: true,
    value: {
      path: link,
      hint:
        `${path.dirname(link)} is not on your PATH: add this line to your shell's startup file: ` +
        `export PATH=${path.dirname(link)}:"$PATH"`,
    },
  });
  expect(readlinkSync(link)).toBe('/Applications/LocalPort.app/Contents/Resources/bin/localport');
  const onPath = { searchPath: `/usr/bin:${path.dirname(link)}/` };
  expect(await install(app(), onPath)).toMatchObject({ value: { hint: null } });
});

it('says what may be missing if the PATH of the shell is not known', async () => {
  expect(await install(app(), { searchPath: null })).toMatchObject({
    value: {
      hint: expect.stringContaining('If your shell does not find localport, add this line') as string,
    },
  });
});

it('replaces a link to another location of the app, which may be gone', async () => {
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync('/Users/ann/Downloads/LocalPort.app/Contents/Resources/bin/localport', link);
  expect((await install(app())).ok).toBe(true);
  expect(readlinkSync(link)).toBe('/Applications/LocalPort.app/Contents/Resources/bin/localport');
});

it.each([
  ['a program', () => writeFileSync(link, '#!/bin/sh\necho other\n')],
  ['a link to a checkout', () => symlinkSync('/work/localport/build/localport.mjs', link)],
  ['a folder', () => mkdirSync(link)],
])('leaves %s of another program unchanged', async (_what, put) => {
  mkdirSync(path.dirname(link), { recursive: true });
  put();
  expect(await install(app())).toEqual({
    ok: false,
    error: `${link} belongs to another program and was left as it is. Move it away, and install the command again.`,
  });
  expect(await commandOwner(link)).toBe('others');
});

it('gives an AppImage a script that starts it as the command', async () => {
  const image = path.join(home, 'My LocalPort.AppImage');
  writeFileSync(image, '#!/bin/sh\necho "$0" "$@"\n', { mode: 0o755 });
  const runtime = app({ program: image, isAppImage: true, platform: 'linux' });
  expect((await install(runtime)).ok).toBe(true);
  expect(execFileSync(link, ['logs', 'a b'], { encoding: 'utf8' })).toBe(
    `${image} --log-level=3 --no-sandbox --no-zygote --as-command -- logs a b\n`,
  );
  // It is ours, so a newer one replaces it.
  expect((await install(app({ ...runtime, program: '/opt/Newer.AppImage' }))).ok).toBe(true);
  expect(readFileSync(link, 'utf8')).toContain('/opt/Newer.AppImage');
  expect(await commandOwner(link)).toBe('us');
});

it.each([
  '/private/var/folders/x/AppTranslocation/1-2/d/LocalPort.app/Contents/MacOS/LocalPort',
  '/Volumes/LocalPort 1.0.0/LocalPort.app/Contents/MacOS/LocalPort',
])('does not link to a temporary location: %s', async (program) => {
  expect(await install(app({ program }))).toEqual({
    ok: false,
    error: 'Move LocalPort to the Applications folder and open it from there first.',
  });
});

it('is for the installed app only', async () => {
  expect(await install({ kind: 'node', program: process.execPath })).toMatchObject({ ok: false });
});
