/** The requests of the popover's form, through the bridge of the real app; without a config at first. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from 'playwright/test';
import type { IpcInvokeChannel, IpcRequest, IpcResponse, PopoverBridge } from '../../shared/ipc-contract.ts';
import { createWorld, type World } from '../fixtures/electron-app.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../fixtures/servers.ts';

const host = '127.0.0.1';

let world: World;
let echo: FixtureServer;

test.beforeEach(async () => {
  [world, echo] = await Promise.all([createWorld(), startEchoServer()]);
});

test.afterEach(async () => {
  await world.close();
  await echo.stop();
});

async function ask<C extends IpcInvokeChannel>(
  page: Page,
  channel: C,
  request: IpcRequest<C>,
): Promise<IpcResponse<C>> {
  const asked: readonly [string, unknown] = [channel, request];
  const answer: unknown = await page.evaluate(
    ([name, params]) =>
      (window as unknown as { localport: PopoverBridge }).localport.invoke(name as never, params as never),
    asked,
  );
  return answer as IpcResponse<C>;
}

test('a service is proposed, checked, tested, saved, and removed by undo', async () => {
  const port = await freePort();
  const app = await world.start();
  const page = await app.openPopover();
  const connection = { host };
  const { draft: proposed } = await ask(page, 'service:propose', {
    draft: { technology: 'tcp', remote_port: echo.port, connection },
    basedOn: null,
  });
  expect(proposed).toMatchObject({ name: host, technology: 'tcp', connection });
  const draft = { ...proposed, name: 'echo', local_port: port };

  const faulty = await ask(page, 'service:validate', {
    draft: { ...draft, local_port: 70_000 },
    basedOn: null,
  });
  expect(faulty.findings).toEqual([
    { severity: 'error', field: 'local_port', message: '70000 is above 65535' },
  ]);
  expect(await ask(page, 'service:test', { draft, basedOn: null })).toMatchObject({ ok: true, findings: [] });

  const saved = await ask(page, 'service:save', { draft, basedOn: null });
  if (!saved.done) throw new Error(saved.message);
  await app.waitForSnapshot(
    'echo is up',
    ({ services }) => services[0]?.name === 'echo' && services[0].phase === 'up',
  );
  expect(await exchange({ host, port }, 'saved')).toBe('saved');
  expect(await ask(page, 'port:holder', { port, bind: null, except: null })).toMatchObject({
    holder: 'the service echo',
  });
  expect(await readFile(saved.path, 'utf8')).toContain('# Examples');

  const { draft: basedOn } = await ask(page, 'service:read', { name: 'echo' });
  expect(await ask(page, 'service:save', { draft: { ...basedOn, tags: ['near'] }, basedOn })).toMatchObject({
    done: true,
  });
  expect(await ask(page, 'service:remove', { name: 'echo' })).toMatchObject({ done: true });
  await app.waitForSnapshot('echo is gone', ({ services }) => services.length === 0);
  for (const what of ['removed echo', 'changed echo', 'added echo'])
    expect(await ask(page, 'edit:undo', { token: null })).toMatchObject({ done: true, what });
  expect(await readFile(saved.path, 'utf8')).not.toContain('echo');
  await expect(ask(page, 'service:read', { name: 'echo' })).rejects.toThrow('there is no service echo');
});
