import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { AutoPortStore } from './auto-port-store.ts';

let folder: string;
let file: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'auto-ports-'));
  file = path.join(folder, 'local-ports.json');
  warnings = [];
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = (): Promise<AutoPortStore> =>
  AutoPortStore.open(file, {
    ...silentLogger,
    warn: (message) => warnings.push(message.replaceAll(folder, '')),
  });

describe('the file of chosen ports', () => {
  it('keeps ports across a restart', async () => {
    const store = await open();
    store.set('db', 20_001);
    await store.flush();
    expect((await open()).get('db')).toBe(20_001);
    expect(warnings).toEqual([]);
  });

  it('is replaced if it is damaged', async () => {
    writeFileSync(file, '{"version": 1, "ports": [{');
    const store = await open();
    store.set('db', 20_001);
    await store.flush();
    expect((await open()).get('db')).toBe(20_001);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^the ports in \/local-ports\.json could not be read, so ports are chosen anew: /,
      ),
    ]);
  });

  it('of a newer LocalPort stays unchanged, and ports are chosen for this run only', async () => {
    const text = '{"version": 2, "ports": {"db": "20001 or any"}}';
    writeFileSync(file, text);
    const store = await open();
    store.set('db', 20_002);
    await store.flush();
    expect(store.get('db')).toBe(20_002);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(warnings).toEqual([
      'the ports in /local-ports.json stay as they are, and ports are chosen for this run: it was written by a newer LocalPort (version 2 of the file, this LocalPort knows 1)',
    ]);
  });
});
