import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../observability/logger.ts';
import { openDesiredStore, type DesiredStore } from './desired-store.ts';

describe('the desired store', () => {
  let root: string;
  let path: string;
  let logged: string[];
  let log: Logger;
  let told: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'desired-store-'));
    path = join(root, 'state/desired.json');
    logged = [];
    told = [];
    const note = (message: string): void => void logged.push(message.replaceAll(root, ''));
    log = { debug: note, info: note, warn: note, error: note };
  });

  const open = (allOff = false): Promise<DesiredStore> =>
    openDesiredStore({
      allOff,
      path,
      log,
      onWritable: (failure) => told.push(failure === null ? 'writable' : failure.replaceAll(root, '')),
      onUnreadable: (why) => told.push(why ?? 'chosen anew'),
    });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('follows the config until the user chooses', async () => {
    const store = await open();
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('on');
    expect(store.desiredOf({ name: 'db', enabled: false })).toBe('off');
    store.set('db', 'on');
    expect(store.desiredOf({ name: 'db', enabled: false })).toBe('on');
    await store.flush();
  });

  it('can keep the services of the first config off for one run, without writing that', async () => {
    const before = await open();
    before.set('chosen', 'on');
    await before.flush();
    const stored = readFileSync(path, 'utf8');

    const store = await open(true);
    const states = (...names: readonly string[]): string =>
      names.map((name) => `${name} ${store.desiredOf({ name, enabled: true })}`).join(', ');
    expect(states('chosen', 'enabled')).toBe('chosen off, enabled off');
    store.settle();
    expect(states('chosen', 'enabled', 'added')).toBe('chosen off, enabled off, added on');
    await store.flush();
    expect(readFileSync(path, 'utf8')).toBe(stored);
    store.set('enabled', 'on');
    expect(states('chosen', 'enabled')).toBe('chosen off, enabled on');
    await store.flush();

    const next = await open();
    expect(next.desiredOf({ name: 'chosen', enabled: false })).toBe('on');
  });

  it('keeps choices across a restart, for any name', async () => {
    const store = await open();
    for (const name of ['db', '__proto__', 'ä "quoted" \n']) store.set(name, 'off');
    await store.flush();
    const next = await open();
    for (const name of ['db', '__proto__', 'ä "quoted" \n'])
      expect(next.desiredOf({ name, enabled: true })).toBe('off');
    expect(next.desiredOf({ name: 'constructor', enabled: true })).toBe('on');
    expect(logged).toEqual([]);
  });

  it('writes the last of many choices atomically to a private file, and nothing else', async () => {
    const store = await open();
    for (let index = 0; index < 50; index++) store.set('db', index % 2 === 0 ? 'on' : 'off');
    await store.flush();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      version: 1,
      choices: [{ name: 'db', desired: 'off' }],
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, 'state')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(root, 'state'))).toEqual(['desired.json', 'desired.json.backup']);
  });

  it('is not written when nothing was chosen', async () => {
    await (await open()).flush();
    expect(readdirSync(root)).toEqual([]);
  });

  it('forgets the oldest choice beyond a thousand', async () => {
    const store = await open();
    for (let index = 0; index < 1_000; index++) store.set(`service ${index}`, 'off');
    store.set('service 0', 'off');
    store.set('one more', 'off');
    await store.flush();
    const next = await open();
    const desired = (name: string): string => next.desiredOf({ name, enabled: true });
    expect([desired('service 0'), desired('service 1'), desired('service 2'), desired('one more')]).toEqual([
      'off',
      'on',
      'off',
      'off',
    ]);
  });

  const damages = [
    ['half a file', '{"version": 1, "choices": [{"na'],
    ['an empty file', ''],
    ['no version', '{"choices": []}'],
    ['a choice that is none', '{"version": 1, "choices": [{"name": "db", "desired": "maybe"}]}'],
    ['far too much', `{"x": "${'y'.repeat(1024 * 1024)}"}`],
  ] as const;

  const choose = async (choices: Readonly<Record<string, 'on' | 'off'>>): Promise<void> => {
    const store = await open();
    for (const [name, desired] of Object.entries(choices)) store.set(name, desired);
    await store.flush();
  };

  it.each(damages)(
    'reads the choices from the backup in place of %s, and restores both',
    async (_, content) => {
      await choose({ db: 'off', web: 'on' });
      writeFileSync(path, content);
      const store = await open();
      expect(store.desiredOf({ name: 'db', enabled: true })).toBe('off');
      expect(store.desiredOf({ name: 'new', enabled: true })).toBe('on');
      expect(logged[0]).toMatch(
        /^the on\/off choices in \/state\/desired\.json could not be read and were moved to /,
      );
      expect(readFileSync(`${path}.corrupt`, 'utf8')).toBe(content);
      await store.flush();
      expect(readFileSync(path, 'utf8')).toBe(readFileSync(`${path}.backup`, 'utf8'));
      expect(told).not.toContain('damaged');
    },
  );

  it.each(damages)(
    'turns on nothing that may have been off if backup and file are %s',
    async (_, content) => {
      await choose({ db: 'off', web: 'on' });
      writeFileSync(path, content);
      writeFileSync(`${path}.backup`, content);
      const store = await open();
      for (const name of ['db', 'web']) expect(store.desiredOf({ name, enabled: true })).toBe('off');
      store.settle();
      expect(store.desiredOf({ name: 'added later', enabled: true })).toBe('on');
      await store.flush();
      expect(told.filter((line) => line !== 'writable')).toEqual(['damaged']);
      store.set('web', 'on');
      await store.flush();
      expect(told.filter((line) => line !== 'writable')).toEqual(['damaged', 'chosen anew']);
      const next = await open();
      expect(next.desiredOf({ name: 'db', enabled: true })).toBe('off');
      expect(next.desiredOf({ name: 'web', enabled: true })).toBe('on');
    },
  );

  it('leaves the files of a newer LocalPort unchanged, and turns on nothing that may have been off', async () => {
    await choose({ db: 'off' });
    const newer = '{"version": 2, "switches": {"db": "on weekdays"}}';
    writeFileSync(path, newer);
    const twin = readFileSync(`${path}.backup`, 'utf8');
    told = [];
    const store = await open();
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('off');
    store.set('db', 'on');
    await store.flush();
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('on');
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.backup`, 'utf8')]).toEqual([newer, twin]);
    expect(readdirSync(join(root, 'state'))).toEqual(['desired.json', 'desired.json.backup']);
    expect(told).toEqual(['newer']);
    expect(logged.at(-1)).toBe(
      'the on/off choices in /state/desired.json are neither used nor changed: it was written by a newer LocalPort (version 2 of the file, this LocalPort knows 1)',
    );
  });

  it('needs only one of the two files', async () => {
    await choose({ db: 'off' });
    rmSync(path);
    const first = await open();
    expect(first.desiredOf({ name: 'db', enabled: true })).toBe('off');
    await first.flush();
    rmSync(`${path}.backup`);
    const store = await open();
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('off');
    await store.flush();
    expect(readdirSync(join(root, 'state'))).toEqual(['desired.json', 'desired.json.backup']);
  });

  it('updates a backup that a crash left one choice behind', async () => {
    await choose({ db: 'on' });
    const older = readFileSync(`${path}.backup`, 'utf8');
    await choose({ db: 'off' });
    writeFileSync(`${path}.backup`, older);
    await (await open()).flush();
    writeFileSync(path, 'torn');
    const store = await open();
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('off');
    await store.flush();
  });

  it('keeps a choice in memory that it cannot write, reports that, and writes it when it can', async () => {
    const store = await open();
    writeFileSync(join(root, 'state'), 'a file where the folder should be');
    store.set('db', 'off');
    await store.flush();
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('off');
    expect(logged.join('\n')).toContain('could not be written to /state/desired.json');
    rmSync(join(root, 'state'));
    await store.flush();
    expect(told).toEqual([expect.stringContaining('EEXIST'), 'writable']);
    expect((await open()).desiredOf({ name: 'db', enabled: true })).toBe('off');
  });
});
