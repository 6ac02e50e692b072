import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { ScriptedWatches } from '../watch/testing/scripted-watches.ts';
import { isReplaced, watchCredentials } from './credential-watcher.ts';

const settleMs = 500;

let home: string;
let kube: string;
let clock: FakeClock;
let watches: ScriptedWatches;
let heard: string[];
let stop: () => void = () => undefined;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'credentials-'));
  kube = path.join(home, '.kube');
  mkdirSync(kube);
  writeFileSync(path.join(kube, 'config'), 'a');
  clock = new FakeClock();
  watches = new ScriptedWatches(home);
  heard = [];
});

afterEach(() => {
  stop();
  expect(clock.pendingTimers).toBe(0);
  rmSync(home, { recursive: true });
});

function start(...kubeconfigs: readonly string[]): void {
  const onChange = (concerns: string): void => {
    heard.push(concerns);
  };
  stop = watchCredentials({
    homeDirectory: home,
    kubeconfigs,
    clock,
    log: silentLogger,
    system: watches,
    onChange,
  });
}

describe('on macOS the credential watcher', () => {
  it('finds 1 s later, and only once, a change that its watches missed as they began', async () => {
    start();
    writeFileSync(path.join(kube, 'config'), 'signed in');
    await clock.advance(1_000 + settleMs);
    expect(heard).toEqual(['kubectl']);
    await clock.advance(60_000);
    expect(heard).toHaveLength(1);
  });

  it('does not report a change twice', async () => {
    start();
    writeFileSync(path.join(kube, 'config'), 'signed in');
    watches.report(kube, 'config');
    await clock.advance(60_000);
    expect(heard).toEqual(['kubectl']);
  });

  it('ignores a change of the folder itself, such as its permissions', async () => {
    start();
    await clock.advance(1_000);
    watches.report(kube, '.kube');
    await clock.advance(60_000);
    expect([watches.count, watches.folders, heard]).toEqual([1, [kube], []]);
  });

  it('follows a folder that was replaced by another one', async () => {
    start();
    renameSync(kube, `${kube}-old`);
    mkdirSync(kube);
    writeFileSync(path.join(kube, 'config'), 'b');
    watches.report(kube, '.kube');
    expect(watches.folders).toEqual([]);
    await clock.advance(10_000 + settleMs);
    expect([watches.folders, heard]).toEqual([[kube], ['kubectl']]);
  });

  it('polls a kubeconfig in the home folder, which it does not watch', async () => {
    const file = path.join(home, 'team.yaml');
    start(file);
    expect(watches.folders).toEqual([kube]);
    await clock.advance(60_000);
    writeFileSync(file, 'a');
    await clock.advance(10_000);
    // Looks wait for the folder, in real time.
    await eventually('the change is told', async () => {
      await clock.advance(settleMs);
      return heard.length > 0;
    });
    expect(heard).toEqual(['kubectl']);
  });

  it('knows a kubeconfig by its name in another case', async () => {
    const folder = path.join(home, 'work');
    mkdirSync(folder);
    start(path.join(folder, 'Team.yaml'));
    await clock.advance(1_000);
    watches.report(folder, 'team.yaml');
    await clock.advance(settleMs);
    expect(heard).toEqual(['kubectl']);
  });
});

it.each([
  [7, 7, 'darwin', false],
  [7, 8, 'darwin', true],
  [7, null, 'darwin', true],
  // The next folder in its place may have the same inode.
  [7, 7, 'linux', true],
] as const)(
  'a folder with inode %s that reported its own name and has inode %s now has been replaced on %s: %s',
  (before, now, platform, replaced) => {
    expect(isReplaced(before, now, platform)).toBe(replaced);
  },
);
