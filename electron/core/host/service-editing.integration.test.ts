/** Services are added, changed, tested and removed over the local API of a real daemon. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import {
  exchange,
  freePort,
  startEchoServer,
  startServer,
  type FixtureServer,
} from '../../../e2e/fixtures/servers.ts';
import { startSshd } from '../../../e2e/fixtures/sshd.ts';
import type {
  ControlRequestName,
  ControlRequestParams,
  ControlResult,
} from '../../../shared/control-contract.ts';
import type { ServiceDraft } from '../../../shared/service-edit.ts';
import { Scope } from '../scope.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

let scope: Scope;
let daemon: RunningDaemon;
let echo: FixtureServer;
let port: number;

beforeEach(async () => {
  scope = new Scope('test');
  echo = await startEchoServer();
  scope.own('echo', () => echo.stop());
  port = await freePort();
});
afterEach(() => scope.close());

async function run(
  config = '# mine\nservices:\n',
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  daemon = await startDaemon({ config, env });
  scope.own('daemon', () => daemon.stop());
}

async function ask<R extends ControlRequestName>(
  name: R,
  params: ControlRequestParams<R>,
): Promise<ControlResult<R>> {
  const result = await daemon.client.request(name, params, 60_000);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const echoDraft = (): ServiceDraft => ({
  name: 'echo',
  technology: 'tcp',
  local_port: port,
  remote_port: echo.port,
  connection: { host: '127.0.0.1' },
});
const config = (): string => readFileSync(daemon.configFile, 'utf8');
const namesAndWishes = async (): Promise<string> =>
  (await daemon.snapshot()).services.map(({ name, desired }) => `${name} ${desired}`).join(', ');

describe('the daemon', () => {
  it('applies an edit before it answers, keeps on and off across a rename, and undoes everything', async () => {
    await run();
    const saved = await ask('save-service', { draft: echoDraft(), basedOn: null });
    expect(saved).toMatchObject({ done: true, name: 'echo', line: 3 });
    expect(await namesAndWishes()).toBe('echo on');
    await eventually(
      'forwarding works',
      async () => (await exchange({ host: '127.0.0.1', port }, 'hi').catch(() => '')) === 'hi',
    );
    await ask('set-desired', { target: { kind: 'names', names: ['echo'] }, desired: 'off' });
    const { draft } = await ask('read-service', { name: 'echo' });
    expect(draft).toEqual(echoDraft());
    await ask('save-service', { draft: { ...draft, name: 'echoes' }, basedOn: draft });
    expect(await namesAndWishes()).toBe('echoes off');
    expect(await ask('remove-service', { name: 'echoes' })).toMatchObject({ done: true });
    expect(await namesAndWishes()).toBe('');
    for (const what of ['removed echoes', 'changed echo', 'added echo'])
      expect(await ask('undo-edit', { token: null })).toMatchObject({ done: true, what });
    expect(config()).toBe('# mine\nservices:\n');
    expect(await namesAndWishes()).toBe('');
  });

  it('names the holder of a port, and proposes a free one', async () => {
    await run();
    await ask('save-service', { draft: echoDraft(), basedOn: null });
    expect((await ask('port-holder', { port, bind: null, except: null })).holder).toBe('the service echo');
    expect((await ask('port-holder', { port, bind: null, except: 'echo' })).holder).toBeNull();
    const taken = await ask('port-holder', { port: echo.port, bind: null, except: null });
    expect(taken.holder).toMatch(new RegExp(`\\(pid ${process.pid}\\)$`));
    const { draft } = await ask('propose-service', {
      draft: { technology: 'tcp', remote_port: port, connection: { host: 'echo.example.com' } },
      basedOn: null,
    });
    expect(draft['name']).toBe('echo-2');
    expect(draft['local_port']).toBeGreaterThan(port);
  });

  it('refuses invalid values, and names the field', async () => {
    await run();
    const refused = await ask('save-service', { draft: { ...echoDraft(), remote_port: 0 }, basedOn: null });
    expect(refused).toMatchObject({ done: false, message: 'remote_port: 0 is below 1' });
    expect(config()).toBe('# mine\nservices:\n');
    const unknown = await daemon.client.request('read-service', { name: 'x' });
    expect(unknown).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });
});

describe('a test of a draft', () => {
  const tried = (draft: ServiceDraft) => ask('test-service', { draft, basedOn: null });

  it('asks a web server through a relay, and reports its answer', async () => {
    const web = await startServer(
      createServer((_request, response) => response.end('hi')),
      0,
    );
    scope.own('web', () => web.stop());
    await run();
    const draft = { ...echoDraft(), remote_port: web.port, health_check: { type: 'http' } };
    expect(await tried(draft)).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^The web server answered in \d+ ms$/) as string,
    });
    const wrong = await tried({ ...draft, health_check: { type: 'http', config: { expected_status: 204 } } });
    expect(wrong).toMatchObject({ ok: false, message: expect.stringContaining('HTTP 200') as string });
    expect(await tried({ ...draft, local_port: 0 })).toMatchObject({
      ok: false,
      message: 'local_port: 0 is below 1; write auto to let LocalPort choose one',
      tookMs: 0,
    });
    // Nothing was written, and nothing of the draft is running.
    expect(config()).toBe('# mine\nservices:\n');
    expect(await namesAndWishes()).toBe('');
  });

  it('reports that a port is closed', async () => {
    await run();
    const closed = await freePort();
    expect(await tried({ ...echoDraft(), remote_port: closed })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/refused/i) as string,
    });
  });

  it('logs in by ssh, and distinguishes the connection from the target', async () => {
    const sshd = await startSshd();
    scope.own('sshd', () => sshd.dispose());
    await sshd.trust();
    await run('services:\n', { PATH: `${sshd.binDirectory}:${process.env['PATH'] ?? ''}` });
    const draft = {
      ...echoDraft(),
      technology: 'ssh',
      connection: { host: sshd.host, port: sshd.port, user: sshd.user, remote_host: '127.0.0.1' },
    };
    expect(await tried(draft)).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^Connected to .* in \d+ ms; it accepts connections$/) as string,
    });
    const closed = await freePort();
    expect(await tried({ ...draft, remote_port: closed })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^Connected to .* in \d+ ms, but: .*refused/i) as string,
    });
    await sshd.stop();
    expect(await tried({ ...draft, connection: { ...draft.connection, user: 'other' } })).toMatchObject({
      ok: false,
    });
  });

  it('runs a command, and ends it', async () => {
    await run();
    const program = `require('net').createServer((c) => c.end('x')).listen(process.argv[1], '127.0.0.1')`;
    const draft = {
      name: 'own',
      technology: 'command',
      local_port: port,
      connection: { argv: [process.execPath, '-e', program, '{local_port}'] },
    };
    expect(await tried(draft)).toMatchObject({ ok: true });
    const failing = { ...draft, connection: { argv: ['/bin/false', '{local_port}'] } };
    expect(await tried(failing)).toMatchObject({ ok: false });
    const dump = await ask('dump', {});
    expect(dump.children).toEqual([]);
  });
});

it('an edit does not overwrite a file that another program writes in the meantime', async () => {
  await run('services:\n');
  writeFileSync(daemon.configFile, '# theirs\nservices:\n');
  await ask('save-service', { draft: echoDraft(), basedOn: null });
  expect(config()).toMatch(/^# theirs\nservices:\n {2}- name: echo\n/);
});
