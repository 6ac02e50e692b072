import { expect, test } from 'playwright/test';
import { createWorld } from '../fixtures/electron-app.ts';
import { startLoneApp } from '../fixtures/lone-app.ts';

test('an app that has crashed fails its test, whatever the test checks', async () => {
  const world = await createWorld();
  const app = await world.start();
  app.kill('SIGSEGV');
  expect(await app.exited).toEqual({ code: null, signal: 'SIGSEGV' });
  await expect(world.close()).rejects.toThrow('Electron crashed, SIGSEGV');

  const alone = await startLoneApp({ config: 'services: []\n' });
  alone.electron.process().kill('SIGSEGV');
  await alone.end();
  await expect(alone.close()).rejects.toThrow('Electron crashed, SIGSEGV');
});

test('an app that has quit, or that its test ends, does not', async () => {
  const world = await createWorld();
  const app = await world.start();
  await app.quit();
  await world.start();
  await world.close();
});
