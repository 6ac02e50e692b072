import { mkdirSync, mkdtempSync, readdirSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { watchFolder } from '../watch/folder-watch.ts';
import { ScriptedWatches } from '../watch/testing/scripted-watches.ts';
import { watchConfig, type ConfigWatcher } from './config-watcher.ts';
import { namesToWatch } from '../files/symlink-chain.ts';

/** The debounce of events. */
const settleMs = 100;

let home: string;
let folder: string;
let path: string;
let watches: ScriptedWatches;
let clock: FakeClock;
let changes: number;
let watcher: ConfigWatcher | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'config-watcher-'));
  folder = join(home, 'conf');
  path = join(folder, 'LocalPort.yaml');
  mkdirSync(folder);
  watches = new ScriptedWatches(home);
  clock = new FakeClock();
  changes = 0;
});

afterEach(async () => {
  await watcher?.close();
  expect(clock.pendingTimers).toBe(0);
  rmSync(home, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const onChange = (): void => {
    changes += 1;
  };
  watcher = watchConfig({ path, clock, log: silentLogger, system: watches, onChange });
  await watcher.ready;
}

/** A check reads the file, which takes real time. */
async function heardAfter(ms: number): Promise<void> {
  await clock.advance(ms);
  await eventually('the change is heard', () => changes > 0);
}

describe('on macOS the config watcher', () => {
  it('checks again 1 s after its watches began, since they may have missed a change', async () => {
    writeFileSync(path, 'one');
    await start();
    writeFileSync(path, 'two');
    await clock.advance(999);
    expect(changes).toBe(0);
    await heardAfter(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('checks again after any other watch of the process is added or removed', async () => {
    writeFileSync(path, 'one');
    await start();
    await clock.advance(1_000);
    await watcher?.ready;
    const other = watchFolder('/elsewhere', watches, { onName: () => undefined, onError: () => undefined });
    await clock.advance(1_000);
    other.close();
    writeFileSync(path, 'two');
    await heardAfter(1_000);
  });

  it.each(['localport.yaml', 'LocalPort.yaml'])('accepts an event for %s as its own', async (name) => {
    writeFileSync(path, 'one');
    await start();
    writeFileSync(path, 'two');
    watches.report(folder, name);
    await heardAfter(settleMs);
  });

  it('sets no watch on the home folder, but polls the name every 2 s', async () => {
    path = join(home, '.localport.yaml');
    writeFileSync(path, 'one');
    await start();
    expect(watches.folders).toEqual([]);
    writeFileSync(path, 'two');
    await clock.advance(2_000);
    await heardAfter(settleMs);
  });

  it('follows a file into folders that did not exist, from the home folder on', async () => {
    path = join(home, '.config', 'localport.yaml');
    await start();
    expect(watches.folders).toEqual([]);
    mkdirSync(join(home, '.config'));
    await clock.advance(2_000);
    await clock.advance(settleMs);
    await eventually('the folder is watched', () => watches.folders.length === 1);
    expect(watches.folders).toEqual([join(home, '.config')]);
    writeFileSync(path, 'one');
    watches.report(join(home, '.config'), 'localport.yaml');
    await heardAfter(settleMs);
  });

  it('polls only such names', async () => {
    writeFileSync(path, 'one');
    await start();
    await clock.advance(1_000);
    expect(clock.pendingTimers).toBe(0);
  });

  const systemLink = readdirSync('/').find((name) => {
    const stats = lstatSync(`/${name}`);
    return stats.isSymbolicLink() && stats.uid === 0;
  });

  it.skipIf(systemLink === undefined)('ignores system links such as /etc', () => {
    const watched = (platform: NodeJS.Platform): readonly string[] => [
      ...namesToWatch(`/${systemLink ?? ''}/localport.yaml`, platform).keys(),
    ];
    expect(watched('linux')).toContain('/');
    expect(watched('darwin')).not.toContain('/');
  });
});
