import { descendantsOf, livingOf } from '../fixtures/process-tree.ts';
import { eventually } from '../fixtures/eventually.ts';
import { allHealthy, expect, test } from '../fixtures/running-forwards.ts';

test('TERM stops everything and leaves nothing', async ({ app }) => {
  app.kill('SIGTERM');
  expect(await app.exited).toEqual({ code: 0, signal: null });
});

test('two INTs end it at once and still leave nothing', async ({ app }) => {
  app.kill('SIGINT');
  app.kill('SIGINT');
  expect((await app.exited).signal).toBeNull();
});

test('Quit in the menu leaves nothing', async ({ app }) => {
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('kill -9 of the app takes its children along, and the next start finds clean ground', async ({
  app,
  world,
  farEnd,
}) => {
  const children = await descendantsOf(app.pid);
  expect(children.length).toBeGreaterThan(3);
  app.kill('SIGKILL');
  await app.exited;
  await eventually('the children are gone', async () => (await livingOf(children)).length === 0, 10_000);
  const again = await world.start();
  await allHealthy(again);
  await again.quit();
  await again.expectNothingLeft(farEnd.allPorts);
});

test('USR2 writes the state to the log', async ({ app, world }) => {
  app.kill('SIGUSR2');
  const { readFile } = await import('node:fs/promises');
  const { host } = await app.snapshot();
  await eventually('the dump is in the log', async () =>
    (await readFile(`${host.logDirectory}/localport.log`, 'utf8')).includes('state dump:'),
  );
  expect(world.home).toBeTruthy();
});
