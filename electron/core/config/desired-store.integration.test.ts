import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../observability/logger.ts';
import { openDesiredStore } from './desired-store.ts';

describe('the desired store', () => {
  let root: string;
  let path: string;
  let logged: string[];
  let log: Logger;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'desired-store-'));
    path = join(root, 'state/desired.json');
    logged = [];
    const note = (message: string): void => void logged.push(message.replaceAll(root, ''));
    log = { debug: note, info: note, warn: note, error: note };
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('says what the config says until the user chooses', async () => {
    const store = await openDesiredStore(path, log);
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('on');
    expect(store.desiredOf({ name: 'db', enabled: false })).toBe('off');
    store.set('db', 'on');
    expect(store.desiredOf({ name: 'db', enabled: false })).toBe('on');
    await store.flush();
  });

  it('remembers choices over a restart, of any name', async () => {
    const store = await openDesiredStore(path, log);
    for (const name of ['db', '__proto__', 'ä "quoted" \n']) store.set(name, 'off');
    await store.flush();
    const next = await openDesiredStore(path, log);
    for (const name of ['db', '__proto__', 'ä "quoted" \n'])
      expect(next.desiredOf({ name, enabled: true })).toBe('off');
    expect(next.desiredOf({ name: 'constructor', enabled: true })).toBe('on');
    expect(logged).toEqual([]);
  });

  it('writes the last of many choices, whole, in a private file, and nothing beside it', async () => {
    const store = await openDesiredStore(path, log);
    for (let index = 0; index < 50; index++) store.set('db', index % 2 === 0 ? 'on' : 'off');
    await store.flush();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      version: 1,
      choices: [{ name: 'db', desired: 'off' }],
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, 'state')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(root, 'state'))).toEqual(['desired.json']);
  });

  it('is not written when nothing was chosen', async () => {
    await (await openDesiredStore(path, log)).flush();
    expect(readdirSync(root)).toEqual([]);
  });

  it('forgets the choice made longest ago past a thousand', async () => {
    const store = await openDesiredStore(path, log);
    for (let index = 0; index < 1_000; index++) store.set(`service ${index}`, 'off');
    store.set('service 0', 'off');
    store.set('one more', 'off');
    await store.flush();
    const next = await openDesiredStore(path, log);
    const desired = (name: string): string => next.desiredOf({ name, enabled: true });
    expect([desired('service 0'), desired('service 1'), desired('service 2'), desired('one more')]).toEqual([
      'off',
      'on',
      'off',
      'off',
    ]);
  });

  it.each([
    ['half a file', '{"version": 1, "choices": [{"na'],
    ['an empty file', ''],
    ['another version', '{"version": 2, "choices": []}'],
    ['a choice that is none', '{"version": 1, "choices": [{"name": "db", "desired": "maybe"}]}'],
    ['far too much', `{"x": "${'y'.repeat(1024 * 1024)}"}`],
  ])('moves %s aside with a warning and begins anew', async (_, content) => {
    mkdirSync(join(root, 'state'));
    writeFileSync(path, content);
    const store = await openDesiredStore(path, log);
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('on');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(
      /^the on\/off choices in \/state\/desired\.json could not be read and were moved to /,
    );
    expect(readFileSync(`${path}.corrupt`, 'utf8')).toBe(content);
    store.set('db', 'off');
    await store.flush();
    expect((await openDesiredStore(path, log)).desiredOf({ name: 'db', enabled: true })).toBe('off');
  });

  it('keeps a choice in memory that it cannot write, says so, and writes it when it can', async () => {
    const store = await openDesiredStore(path, log);
    writeFileSync(join(root, 'state'), 'a file where the folder should be');
    store.set('db', 'off');
    await store.flush();
    expect(store.desiredOf({ name: 'db', enabled: true })).toBe('off');
    expect(logged.join('\n')).toContain('could not be written to /state/desired.json');
    rmSync(join(root, 'state'));
    await store.flush();
    expect((await openDesiredStore(path, log)).desiredOf({ name: 'db', enabled: true })).toBe('off');
  });
});
