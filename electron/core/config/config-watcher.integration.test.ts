import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { watchConfig, type ConfigWatcher } from './config-watcher.ts';

describe('the config watcher', () => {
  let root: string;
  let path: string;
  let changes: number;
  let watcher: ConfigWatcher | undefined;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'config-watcher-'));
    path = join(root, 'localport.yaml');
    changes = 0;
  });

  afterEach(async () => {
    await watcher?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const start = async (watched = path): Promise<void> => {
    watcher = watchConfig({
      path: watched,
      clock: systemClock,
      log: silentLogger,
      onChange: () => {
        changes++;
      },
    });
    await watcher.ready;
  };

  const expectChanges = (count: number): Promise<void> =>
    vi.waitFor(() => expect(changes).toBe(count), { timeout: 5_000, interval: 10 });

  /** Proves that nothing was reported before: the next report is for a later change. */
  const expectOnlyThis = async (act: () => void): Promise<void> => {
    const before = changes;
    act();
    await expectChanges(before + 1);
  };

  it('sees a file written in place', async () => {
    writeFileSync(path, 'one');
    await start();
    writeFileSync(path, 'two');
    await expectChanges(1);
    appendFileSync(path, 'three');
    await expectChanges(2);
  });

  it('sees each of several saves by rename, as VS Code does', async () => {
    writeFileSync(path, 'one');
    await start();
    for (const [index, text] of ['two', 'three', 'four'].entries()) {
      writeFileSync(`${path}.tmp`, text);
      renameSync(`${path}.tmp`, path);
      await expectChanges(index + 1);
    }
  });

  it('sees a save that first renames the old file, as vim does, as one change', async () => {
    writeFileSync(path, 'one');
    await start();
    for (const count of [1, 2]) {
      renameSync(path, `${path}~`);
      writeFileSync(path, `save ${count}`);
      await expectChanges(count);
    }
  });

  it('sees a symbolic link that is swapped, and the new target written', async () => {
    mkdirSync(join(root, 'dotfiles'));
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'dotfiles/a.yaml'), 'a');
    writeFileSync(join(root, 'elsewhere/b.yaml'), 'b');
    symlinkSync('dotfiles/a.yaml', path);
    await start();
    writeFileSync(join(root, 'dotfiles/a.yaml'), 'a2');
    await expectChanges(1);
    symlinkSync('elsewhere/b.yaml', `${path}.tmp`);
    renameSync(`${path}.tmp`, path);
    await expectChanges(2);
    writeFileSync(join(root, 'elsewhere/b.yaml'), 'b2');
    await expectChanges(3);
    await expectOnlyThis(() => {
      writeFileSync(join(root, 'dotfiles/a.yaml'), 'no longer ours');
      writeFileSync(join(root, 'elsewhere/b.yaml'), 'b3');
    });
  });

  it('sees a folder swapped behind a link, as Kubernetes mounts a ConfigMap', async () => {
    const release = (name: string, text: string): void => {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'localport.yaml'), text);
      symlinkSync(name, join(root, '..data_tmp'));
      renameSync(join(root, '..data_tmp'), join(root, '..data'));
    };
    release('..2026_01', 'one');
    symlinkSync('..data/localport.yaml', path);
    await start();
    release('..2026_02', 'two');
    await expectChanges(1);
    rmSync(join(root, '..2026_01'), { recursive: true });
    release('..2026_03', 'three');
    await expectChanges(2);
  });

  it('sees the file removed and recreated', async () => {
    writeFileSync(path, 'one');
    await start();
    rmSync(path);
    await expectChanges(1);
    writeFileSync(path, 'one');
    await expectChanges(2);
  });

  it('sees a file created for the first time, in folders that did not exist', async () => {
    path = join(root, 'deep/er/localport.yaml');
    await start();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'one');
    await expectChanges(1);
    writeFileSync(path, 'two');
    await expectChanges(2);
  });

  it('sees its folder replaced by another one', async () => {
    path = join(root, 'conf/localport.yaml');
    mkdirSync(dirname(path));
    writeFileSync(path, 'one');
    await start();
    renameSync(dirname(path), join(root, 'old'));
    mkdirSync(dirname(path));
    writeFileSync(path, 'two');
    await expectChanges(1);
    writeFileSync(path, 'three');
    await expectChanges(2);
  });

  it('sees permission changes, since they decide whether the file is trusted', async () => {
    writeFileSync(path, 'one');
    await start();
    chmodSync(path, 0o666);
    await expectChanges(1);
  });

  it('treats many rapid writes as one change', async () => {
    writeFileSync(path, 'one');
    await start();
    await expectOnlyThis(() => {
      for (let index = 0; index < 20; index++) appendFileSync(path, `${index}\n`);
    });
  });

  it('ignores a touch, the same content, and other files', async () => {
    writeFileSync(path, 'one');
    await start();
    utimesSync(path, new Date(0), new Date(0));
    writeFileSync(path, 'one');
    writeFileSync(join(root, 'other.yaml'), 'x');
    // Longer than the debounce: a wrong report would have arrived by now.
    await new Promise((resolve) => systemClock.after(400, () => resolve(null)));
    expect(changes).toBe(0);
    await expectOnlyThis(() => writeFileSync(path, 'two'));
  });

  it('reports nothing after it was closed', async () => {
    writeFileSync(path, 'one');
    await start();
    writeFileSync(path, 'two');
    await watcher?.close();
    await new Promise((resolve) => systemClock.after(300, () => resolve(null)));
    expect(changes).toBe(0);
  });

  it('survives a link that leads back to itself', async () => {
    symlinkSync('localport.yaml', path);
    await start();
    rmSync(path);
    writeFileSync(path, 'one');
    await expectChanges(1);
  });
});
