/**
 * Adding a forward with the keyboard alone, from the open popover: to a service of a cluster whose name is known, until
 * the forward carries bytes. Names are typed at human speed. Also the size of the page that a click waits for.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeProfile } from '../../../electron/core/testing/user-home.ts';
import type { Scope } from '../../../electron/core/scope.ts';
import { createWorld } from '../../fixtures/electron-app.ts';
import { startRemoteServers } from '../../fixtures/remote-servers.ts';
import { eventually } from '../../fixtures/eventually.ts';
import { exchange } from '../../fixtures/servers.ts';
import { runInScope } from '../bench-scope.ts';
import { reportAtMost, secondsSince } from '../figure.ts';

const name = 'echo';
/** Forty words a minute. */
const keyMs = 300;
const maxSeconds = 20;
const maxKeys = 12;
const maxKilobytes = 130;

async function reportAdding(scope: Scope): Promise<void> {
  const remoteServers = await startRemoteServers();
  scope.own('remote servers', () => remoteServers.dispose());
  const world = await createWorld({ config: 'version: "1.0"\nservices: []\n', env: remoteServers.env });
  scope.own('world', () => world.close());
  writeProfile(world, remoteServers);
  const app = await world.start();
  scope.own('app', () => app.close());
  const page = await app.openPopover();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const startedAt = performance.now();
  let keys = 0;
  const press = async (...pressed: readonly string[]): Promise<void> => {
    for (const key of pressed) {
      keys++;
      await page.keyboard.press(key, { delay: keyMs / 2 });
    }
  };
  // Context and namespace are the current ones.
  await press('Control+n', 'Tab', 'Tab');
  await page.keyboard.type(name, { delay: keyMs });
  await page.getByRole('option', { name: `service/${name}` }).waitFor();
  await press('ArrowDown', 'Enter', 'Enter');
  const { services } = await app.waitForSnapshot('it is up', ({ services: [one] }) => one?.phase === 'up');
  const port = services[0]?.localPort ?? 0;
  await eventually(
    'it carries bytes',
    async () => (await exchange({ host: '127.0.0.1', port }, 'x')) === 'x',
  );
  const note = `${name} in the current context, ${keyMs} ms a key, until it has carried bytes`;
  reportAtMost(maxSeconds, {
    figure: 'adding a forward, keyboard only',
    value: secondsSince(startedAt),
    unit: 's',
    note,
  });
  reportAtMost(maxKeys, { figure: 'keys for it beside the name', value: keys, unit: '', note });
  await app.quit();
}

async function reportBundle(): Promise<void> {
  const folder = path.resolve(import.meta.dirname, '../../../dist/renderer');
  const sizes = await Promise.all(
    ['main.js', 'main.css', 'index.html'].map(
      async (file) => gzipSync(await readFile(path.join(folder, file))).length / 1000,
    ),
  );
  reportAtMost(maxKilobytes, {
    figure: 'the page, gzip, styles included',
    value: sizes.reduce((sum, size) => sum + size, 0),
    unit: 'kB',
  });
}

await runInScope('adding', async (scope) => {
  await reportAdding(scope);
  await reportBundle();
});
