/**
 * Choices from the tray menu while forwards change. Chromium renumbers the entries with each renewal and refuses a
 * number of the previous menu, so the app seldom renews it, and the panel of these tests repeats a refused choice.
 */
import { expect, test } from 'playwright/test';
import type { ControlClient } from '../../electron/core/control/control-client.ts';
import { minIntervalMs } from '../../electron/shell/menu-pace.ts';
import type { Desired, Snapshot } from '../../shared/service-snapshot.ts';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { connectToHost } from '../fixtures/host-client.ts';
import { freePort } from '../fixtures/servers.ts';

const choices = 40;
/** With each renewal the panel gets its menu twice: Chromium also renews it for a new tooltip. */
const menusPerRenewal = 2;

let world: World;
let app: RunningApp;
let client: ControlClient;

test.beforeEach(async () => {
  const service = async (name: string): Promise<string> =>
    `  - { name: ${name}, technology: tcp, local_port: ${await freePort()}, remote_port: 9, connection: { host: 127.0.0.1 } }\n`;
  world = await createWorld({
    config: `version: "1.0"\nservices:\n${await service('calm')}${await service('gusty')}`,
  });
  app = await world.start();
  client = await connectToHost(world);
});

test.afterEach(async () => {
  client.close();
  await world.close();
});

const turn = (name: string, desired: Desired): ReturnType<typeof client.request> =>
  client.request('set-desired', { target: { kind: 'names', names: [name] }, desired });

/** Until `work` is done, each change that the host reports triggers the next: `gusty` is turned off and on. */
async function inStorm<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly changes: number }> {
  const end = new AbortController();
  let changes = 0;
  const blow = ({ services }: Snapshot): void => {
    changes++;
    void turn('gusty', services[1]?.desired === 'on' ? 'off' : 'on');
  };
  const watched = client.stream('watch-snapshot', { live: false }, { onEvent: blow, signal: end.signal });
  const result = await work().finally(() => end.abort());
  await watched;
  return { result, changes };
}

async function desiredOf(name: string): Promise<Desired | undefined> {
  const answer = await client.request('snapshot', {});
  return answer.ok ? answer.value.services.find((service) => service.name === name)?.desired : undefined;
}

const isTicked = async (name: string): Promise<boolean | null | undefined> =>
  (await world.desktop.menu()).find(({ label }) => label.startsWith(name))?.checked;

test('a choice made while the state changes many times a second is never lost', async () => {
  const { desktop } = world;
  const before = await desktop.menuRenewals();
  const startedAt = performance.now();
  const { changes } = await inStorm(async () => {
    for (let choice = 0; choice < choices; choice++) {
      const wasOn = choice % 2 === 0;
      await expect.poll(() => isTicked('calm'), { intervals: [10] }).toBe(wasOn);
      await desktop.chooseFromMenu('calm');
      expect(await desiredOf('calm'), `choice ${choice}`).toBe(wasOn ? 'off' : 'on');
    }
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(changes / seconds).toBeGreaterThan(10);
  // Once after each choice, and otherwise as seldom as an unchanged menu.
  const renewals = choices + 1 + Math.ceil((seconds * 1_000) / minIntervalMs);
  expect((await desktop.menuRenewals()) - before).toBeLessThanOrEqual(menusPerRenewal * renewals);
  const { result } = await inStorm(() => app.quit());
  expect(result).toEqual({ code: 0, signal: null });
});

test('the menu stays still for its readers, and finally shows the current state', async () => {
  const { desktop } = world;
  await expect.poll(() => isTicked('gusty')).toBe(true);
  const before = await desktop.menuRenewals();
  const startedAt = performance.now();
  await inStorm(async () => {
    while (performance.now() - startedAt < 2.5 * minIntervalMs) await desktop.menu();
  });
  expect((await desktop.menuRenewals()) - before).toBeLessThanOrEqual(menusPerRenewal * 4);
  await turn('gusty', 'off');
  await expect.poll(() => isTicked('gusty')).toBe(false);
  await app.quit();
});

test('a choice from a menu that has since been renewed is refused, and the panel learns of it', async () => {
  const { desktop } = world;
  const former = (await desktop.menu()).find(({ label }) => label.startsWith('Quit'))!;
  const before = await desktop.menuRenewals();
  await turn('gusty', 'off');
  await expect.poll(() => desktop.menuRenewals()).toBeGreaterThan(before);
  expect(await desktop.clickEntry(former.id)).toBe(false);
  expect(app.isRunning()).toBe(true);
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});
