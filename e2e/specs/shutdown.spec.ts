import { expect } from 'playwright/test';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RunningApp } from '../fixtures/electron-app.ts';
import { descendantsOf, livingOf } from '../fixtures/process-tree.ts';
import { eventually } from '../fixtures/eventually.ts';
import { allHealthy, test } from '../fixtures/running-forwards.ts';

test('TERM stops everything and leaves nothing', async ({ app }) => {
  app.kill('SIGTERM');
  expect(await app.exited).toEqual({ code: 0, signal: null });
});

test('a second signal ends it at once and also leaves nothing', async ({ app }) => {
  const log = await appLog(app);
  // Both are pending when it continues. Two of the same kind would merge into one, and a later one may meet Chromium's
  // own exit.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) app.kill(signal);
  expect((await app.exited).signal).toBeNull();
  expect(await readFile(log, 'utf8')).toContain('shutdown: going to the last phase');
});

test('Quit in the menu leaves nothing', async ({ app }) => {
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('kill -9 of the app also ends its children, and the next start finds no leftovers', async ({
  app,
  world,
  remoteServers,
}) => {
  const children = await descendantsOf(app.pid);
  expect(children.length).toBeGreaterThan(3);
  app.kill('SIGKILL');
  await app.exited;
  await eventually('the children are gone', async () => (await livingOf(children)).length === 0, 10_000);
  // Chromium's own lock is beyond our control; the next start replaces it and leaves this folder.
  await removeChromiumLocks(path.join(world.home, 'tmp'));
  const again = await world.start();
  await allHealthy(again);
  expect(await again.quit()).toEqual({ code: 0, signal: null });
  await again.expectNothingLeft(remoteServers.allPorts);
});

test('USR2 writes the state to the log', async ({ app }) => {
  const log = await appLog(app);
  app.kill('SIGUSR2');
  await eventually('the dump is in the log', async () =>
    (await readFile(log, 'utf8')).includes('state dump:'),
  );
});

const appLog = async (app: RunningApp): Promise<string> =>
  path.join((await app.snapshot()).host.logDirectory, 'localport.log');

async function removeChromiumLocks(folder: string): Promise<void> {
  const locks = (await readdir(folder)).filter((name) => name.startsWith('scoped_dir'));
  await Promise.all(locks.map((name) => rm(path.join(folder, name), { recursive: true })));
}
