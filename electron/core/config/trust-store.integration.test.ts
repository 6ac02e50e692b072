import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, TrustStore, type ConfigIdentity } from './trust-store.ts';

let folder: string;
let store: TrustStore;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'trust-'));
  store = new TrustStore(folder);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const identity = (realPath: string, text: string): ConfigIdentity => ({ realPath, digest: digestOf(text) });
const main = identity('/repo/localport.yaml', 'main');
const branch = identity('/repo/localport.yaml', 'branch');
const records = (): readonly string[] => readdirSync(path.join(folder, 'trust'));
const onlyRecord = (): string => path.join(folder, 'trust', records()[0] ?? '');

describe('the trust record', () => {
  it('trusts one text at one path, and knows if another text of that file is trusted', async () => {
    expect(await store.recordOf(main)).toBe('unknown');
    await store.trust(main);
    expect([
      await store.recordOf(main),
      await store.recordOf(branch),
      await store.recordOf(identity('/copy/localport.yaml', 'main')),
    ]).toEqual(['trusted', 'changed', 'unknown']);
  });

  it('keeps earlier texts, and persists across processes', async () => {
    await store.trust(main);
    await store.trust(branch);
    const next = new TrustStore(folder);
    expect([await next.recordOf(main), await next.recordOf(branch)]).toEqual(['trusted', 'trusted']);
  });

  it('forgets every text of a file, and of no other', async () => {
    const other = identity('/other/localport.yaml', 'main');
    for (const one of [main, branch, other]) await store.trust(one);
    expect(await store.untrust(main.realPath)).toBe(true);
    expect(await store.untrust(main.realPath)).toBe(false);
    expect([await store.recordOf(main), await store.recordOf(branch), await store.recordOf(other)]).toEqual([
      'unknown',
      'unknown',
      'trusted',
    ]);
  });

  it('is private, and leaves no other files', async () => {
    await store.trust(main);
    expect(statSync(path.join(folder, 'trust')).mode & 0o777).toBe(0o700);
    expect(statSync(onlyRecord()).mode & 0o777).toBe(0o600);
    expect(records()).toHaveLength(1);
  });

  it.each<readonly [string, (file: string) => void]>([
    ['others can write', (file) => chmodSync(file, 0o666)],
    ['is about another file', (file) => writeFileSync(file, '/elsewhere/localport.yaml\n')],
    [
      'is a link',
      (file) => {
        writeFileSync(path.join(folder, 'real'), '/repo/localport.yaml\n', { mode: 0o600 });
        rmSync(file);
        symlinkSync(path.join(folder, 'real'), file);
      },
    ],
  ])('is ignored when it %s', async (_, spoil) => {
    await store.trust(main);
    spoil(onlyRecord());
    expect(await store.recordOf(main)).not.toBe('trusted');
  });
});
