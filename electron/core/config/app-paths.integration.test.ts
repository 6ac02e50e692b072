import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertFitsSockets } from '../files/private-path.ts';
import { findAppPaths, prepareAppPaths, resolveAppPaths, type AppPathsInput } from './app-paths.ts';

const input: AppPathsInput = { platform: 'linux', env: {}, homeDirectory: '/home/me', uid: 501 };

describe('the folders of the app', () => {
  it('are in the Library on a Mac, with sockets in the temporary folder', () => {
    const env = { TMPDIR: '/var/folders/ab/cdefghijklmnopqrstuvwxyz012345/T/', XDG_STATE_HOME: '/elsewhere' };
    expect(resolveAppPaths({ ...input, platform: 'darwin', homeDirectory: '/Users/me', env })).toEqual({
      stateDirectory: '/Users/me/Library/Application Support/LocalPort',
      logDirectory: '/Users/me/Library/Logs/LocalPort',
      runtimeDirectory: '/var/folders/ab/cdefghijklmnopqrstuvwxyz012345/T/localport-501',
      defaultConfigPath: '/Users/me/.config/localport/config.yaml',
    });
  });

  it('follow the XDG variables on Linux', () => {
    const env = { XDG_STATE_HOME: '/s', XDG_RUNTIME_DIR: '/run/user/501', XDG_CONFIG_HOME: '/c' };
    expect(resolveAppPaths({ ...input, env })).toEqual({
      stateDirectory: '/s/localport',
      logDirectory: '/s/localport/logs',
      runtimeDirectory: '/run/user/501/localport',
      defaultConfigPath: '/c/localport/config.yaml',
    });
  });

  it('are below the home folder without XDG variables, and with relative ones', () => {
    const env = { XDG_STATE_HOME: 's', XDG_RUNTIME_DIR: '', XDG_CONFIG_HOME: 'c' };
    expect(resolveAppPaths({ ...input, env })).toEqual(resolveAppPaths(input));
    expect(resolveAppPaths(input)).toEqual({
      stateDirectory: '/home/me/.local/state/localport',
      logDirectory: '/home/me/.local/state/localport/logs',
      runtimeDirectory: '/tmp/localport-501',
      defaultConfigPath: '/home/me/.config/localport/config.yaml',
    });
  });

  it.each([10, 60, 65, 66, 67, 68, 70, 78, 79, 120, 400])(
    'leave room for a socket when the runtime folder is %i characters long',
    (length) => {
      const { runtimeDirectory } = resolveAppPaths({
        ...input,
        env: { XDG_RUNTIME_DIR: `/${'r'.repeat(length)}` },
      });
      expect(Buffer.byteLength(join(runtimeDirectory, 'x'.repeat(27)))).toBeLessThan(104);
      expect(() => assertFitsSockets(runtimeDirectory)).not.toThrow();
    },
  );

  it('map two long runtime folders to two different short ones', () => {
    const of = (letter: string): string =>
      resolveAppPaths({ ...input, env: { XDG_RUNTIME_DIR: `/${letter.repeat(100)}` } }).runtimeDirectory;
    expect(of('a')).toMatch(/^\/tmp\/localport-501-[0-9a-f]{8}$/);
    expect(of('a')).not.toBe(of('b'));
  });
});

describe('the runtime folder in a shared folder', () => {
  const uid = process.getuid!();
  let shared: string;

  beforeEach(() => {
    shared = mkdtempSync(join(tmpdir(), 'shared-'));
  });

  afterEach(() => {
    rmSync(shared, { recursive: true, force: true });
  });

  const runtimeFolder = (stateHome = '/s'): string => {
    const env = { TMPDIR: shared, XDG_STATE_HOME: stateHome };
    return findAppPaths({ ...input, uid, env }).runtimeDirectory;
  };
  const usual = () => join(shared, `localport-${uid}`);

  it('is used if it does not exist, or belongs to this user', () => {
    expect(runtimeFolder()).toBe(usual());
    mkdirSync(usual(), { mode: 0o777 });
    expect(runtimeFolder()).toBe(usual());
  });

  it.each<[string, () => void]>([
    ['a file', () => writeFileSync(usual(), '')],
    ['a link', () => symlinkSync(shared, usual())],
    ['a dangling link', () => symlinkSync('nowhere', usual())],
  ])('is replaced by the state folder if %s has its name', (_, put) => {
    put();
    expect(runtimeFolder()).toBe('/s/localport/run');
  });

  it.runIf(uid === 0)('is replaced by the state folder if another user has its name', () => {
    mkdirSync(usual());
    chownSync(usual(), 1234, 1234);
    expect(runtimeFolder()).toBe('/s/localport/run');
  });

  it('is kept, and refused later, if no socket path would fit into the state folder', () => {
    writeFileSync(usual(), '');
    expect(runtimeFolder(`/${'s'.repeat(80)}`)).toBe(usual());
  });
});

describe('creating the folders', () => {
  const uid = process.getuid!();
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'app-paths-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const paths = () => ({
    stateDirectory: join(root, 'state'),
    logDirectory: join(root, 'state/logs'),
    runtimeDirectory: join(root, 'run'),
    defaultConfigPath: '',
  });
  const rights = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it('makes them private, also existing ones that were open to others', async () => {
    mkdirSync(join(root, 'run'));
    chmodSync(join(root, 'run'), 0o777);
    expect(await prepareAppPaths(paths(), uid)).toEqual({
      ok: true,
      value: { state: null, logs: null },
    });
    expect(['state', 'state/logs', 'run'].map((name) => rights(join(root, name)))).toEqual([
      '700',
      '700',
      '700',
    ]);
  });

  it('refuses a runtime folder that is a link, but follows one to the state', async () => {
    mkdirSync(join(root, 'real'));
    symlinkSync('real', join(root, 'state'));
    expect((await prepareAppPaths(paths(), uid)).ok).toBe(true);
    rmSync(join(root, 'run'), { recursive: true });
    symlinkSync('real', join(root, 'run'));
    expect(await prepareAppPaths(paths(), uid)).toEqual({
      ok: false,
      error: `${root}/run is not a folder: remove it`,
    });
  });

  it.runIf(uid === 0)("refuses another user's folder", async () => {
    mkdirSync(join(root, 'run'));
    chownSync(join(root, 'run'), 1234, 1234);
    expect(await prepareAppPaths(paths(), uid)).toEqual({
      ok: false,
      error: `${root}/run belongs to user 1234, expected 0: remove it`,
    });
  });

  it('continues without state and logs that cannot be created, and says why', async () => {
    writeFileSync(join(root, 'state'), '');
    expect(await prepareAppPaths(paths(), uid)).toEqual({
      ok: true,
      value: {
        state: expect.stringContaining('EEXIST: file already exists') as string,
        logs: expect.stringContaining('ENOTDIR: not a directory') as string,
      },
    });
  });

  it('fails without the runtime folder', async () => {
    writeFileSync(join(root, 'run'), '');
    const prepared = await prepareAppPaths(paths(), uid);
    expect(!prepared.ok && prepared.error).toContain(`${root}/run cannot be created: EEXIST`);
  });
});
