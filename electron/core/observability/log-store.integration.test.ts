import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { maxLogFileBytes } from './log-file.ts';
import { openLogStore, type LogStore } from './log-store.ts';

const permissions = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the log store', () => {
  let root: string;
  let directory: string;
  let clock: FakeClock;
  let store: LogStore;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'log-store-'));
    directory = join(root, 'logs');
    clock = new FakeClock();
    store = openLogStore({ directory, clock, level: 'info' });
  });

  afterEach(() => {
    store.close();
    rmSync(root, { recursive: true, force: true });
  });

  const appLog = (): string => readFileSync(join(directory, 'localport.log'), 'utf8');

  it('writes one line for each message: ISO time, level, sentence', () => {
    store.app.info('started');
    store.app.warn('the config has a warning');
    store.app.error('it broke');
    expect(appLog()).toBe(
      '2026-01-01T00:00:00.000Z info  started\n' +
        '2026-01-01T00:00:00.000Z warn  the config has a warning\n' +
        '2026-01-01T00:00:00.000Z error it broke\n',
    );
  });

  it('writes nothing below its level', () => {
    store.app.debug('details');
    store.close();
    expect(existsSync(join(directory, 'localport.log'))).toBe(false);
  });

  it('collects lines for 100 ms and writes them together', async () => {
    store.service('db').info('one');
    store.service('db').info('two');
    expect(existsSync(store.servicePath('db'))).toBe(false);
    await clock.advance(100);
    expect(readFileSync(store.servicePath('db'), 'utf8').split('\n')).toHaveLength(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('writes at once when many lines were collected', () => {
    for (let index = 0; index < 20; index++) store.service('db').info('x'.repeat(4096));
    expect(statSync(store.servicePath('db')).size).toBeGreaterThan(64 * 1024);
  });

  it('writes at once after it was closed', () => {
    store.close();
    store.app.info('the last words');
    expect(appLog()).toContain('the last words');
  });

  it('makes logs and folders private, whatever the umask', () => {
    const umask = process.umask(0);
    try {
      store.service('db').error('x');
      store.app.error('x');
    } finally {
      process.umask(umask);
    }
    expect(permissions(store.servicePath('db'))).toBe('600');
    expect(permissions(join(directory, 'localport.log'))).toBe('600');
    expect(permissions(directory)).toBe('700');
    expect(permissions(join(directory, 'services'))).toBe('700');
  });

  it('makes an existing log and folder private', () => {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'localport.log'), 'old\n');
    chmodSync(join(directory, 'localport.log'), 0o644);
    store.app.error('new');
    expect(permissions(join(directory, 'localport.log'))).toBe('600');
    expect(permissions(directory)).toBe('700');
    expect(appLog()).toMatch(/^old\n.*new\n$/);
  });

  it('keeps a full log as one older file, both private, and starts a new one', () => {
    const umask = process.umask(0);
    try {
      const log = store.service('db');
      for (let index = 0; index < 3 * 150; index++) log.error(`${index} ${'x'.repeat(8000)}`);
    } finally {
      process.umask(umask);
    }
    expect(readdirSync(join(directory, 'services')).sort()).toEqual(['db.log', 'db.old.log']);
    for (const name of ['db.log', 'db.old.log']) {
      const path = join(directory, 'services', name);
      expect(permissions(path)).toBe('600');
      expect(statSync(path).size).toBeLessThan(maxLogFileBytes + 10_000);
    }
    expect(readFileSync(store.servicePath('db'), 'utf8')).toContain(' 449 xxx');
  });

  it('writes a message with line breaks and control characters as one line', () => {
    store.app.error('a\nb\r\u001B[31mc\u0000\u2028d\te');
    expect(appLog()).toBe('2026-01-01T00:00:00.000Z error a\\nb\\r\\u001b[31mc\\u0000\\u2028d e\n');
  });

  it('does not treat a message as a template', () => {
    store.app.error('100%c of %s and {level} %d');
    expect(appLog()).toContain('error 100%c of %s and {level} %d\n');
  });

  it('truncates a long message and notes its length', () => {
    store.app.error('y'.repeat(100_000));
    expect(appLog()).toMatch(/ error y{8192}… \(100000 characters\)\n$/);
  });

  it('hides known secrets from now on', () => {
    store.setSecrets(['hunter2!']);
    store.app.error('login with hunter2! failed');
    store.setSecrets([]);
    expect(appLog()).toContain('login with [hidden] failed');
    expect(store.redact('password=abc')).toBe('password=[hidden]');
  });

  it('hides a private key that comes line by line', () => {
    const key = [
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      'b3BlbnNzaC1rZXk',
      'AAAABG5vbmU',
      '-----END OPENSSH PRIVATE KEY-----',
    ];
    for (const line of [...key, 'afterwards']) store.app.error(line);
    expect(appLog()).not.toMatch(/b3Blb|AAAAB/);
    expect(appLog()).toContain('afterwards');
  });

  it('continues when its folder is removed', () => {
    store.app.error('before');
    rmSync(directory, { recursive: true });
    store.app.error('after');
    expect(appLog()).toBe('2026-01-01T00:00:00.000Z error after\n');
  });

  it('counts lines that it cannot write, and writes the count when it can write again', () => {
    writeFileSync(directory, 'a file where the folder should be');
    store.app.error('lost');
    store.app.error('lost too');
    rmSync(directory);
    store.app.error('back');
    expect(appLog()).toBe(
      '2026-01-01T00:00:00.000Z warn  2 lines before this one could not be written\n' +
        '2026-01-01T00:00:00.000Z error back\n',
    );
  });

  it('does not follow a symbolic link in place of a log', () => {
    const victim = join(root, 'victim');
    writeFileSync(victim, 'mine');
    mkdirSync(directory);
    symlinkSync(victim, join(directory, 'localport.log'));
    store.app.error('x');
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });
});
