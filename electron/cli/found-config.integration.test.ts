/** What a config from the current folder may do, and what it may not. */
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { freePort, startEchoServer, type FixtureServer } from '../../e2e/fixtures/servers.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let echo: FixtureServer;
let user: CommandUser;
/** For example, a checkout. */
let folder: string;

beforeEach(async () => {
  echo = await startEchoServer();
  user = new CommandUser(program.folder);
  folder = mkdtempSync(path.join(user.home, 'checkout-'));
});

afterEach(async () => {
  await user.dispose();
  rmSync(folder, { recursive: true, force: true });
  await echo.stop();
});

const relay = (name: string, port: number): string =>
  `name: ${name}, technology: tcp, local_port: ${port}, remote_port: ${echo.port}, connection: { host: 127.0.0.1 }`;

function writeFolderConfig(...services: readonly string[]): string {
  const file = path.join(folder, 'localport.yaml');
  const entries = services.map((service) => `  - { ${service} }\n`).join('');
  writeFileSync(file, `services:\n${entries}`, { mode: 0o600 });
  return file;
}

interface Status {
  readonly host: { readonly config: string; readonly notices: readonly string[] } | null;
  readonly services: readonly { readonly name: string; readonly phase: string; readonly desired: string }[];
}

const statusIn = async (where: string): Promise<Status> =>
  JSON.parse((await user.runIn(where, 'status', '-o', 'json')).out) as Status;

const namesIn = async (where: string): Promise<readonly string[]> =>
  (await statusIn(where)).services.map(({ name }) => name);

describe('the config that is used', () => {
  it('is named unless it is the default one', async () => {
    user.writeConfig(relay('db', await freePort()));
    expect((await user.run('status')).err).toBe('');
    expect((await user.run('start', 'db')).err).toBe('');
    await user.run('daemon', 'stop');

    const file = writeFolderConfig(relay('other', await freePort()));
    const sentence = `config: ${file}\n`;
    expect((await user.run('--config', file, 'status')).err).toBe(sentence);
    expect((await user.run('--config', file, 'start', 'other')).err).toBe(sentence);
    for (const command of [
      ['start', 'other'],
      ['daemon', 'start'],
      ['status', '-o', 'json'],
      ['daemon', 'restart'],
    ])
      expect([command, (await user.run(...command)).err]).toEqual([command, sentence]);
  });
});

describe("a folder's config beside a host that runs with another one", () => {
  it('is named if its service is not found, with the command that switches to it', async () => {
    user.writeConfig(relay('db', await freePort()));
    await user.run('daemon', 'start');
    const file = writeFolderConfig(relay('web', await freePort()));
    const { code, err } = await user.runIn(folder, 'start', 'web');
    expect(code).toBe(1);
    expect(err).toContain(`LocalPort is running with ${user.configFile}. To use ${file} instead:`);
  });

  it('is reported as valid, and not trusted', async () => {
    const file = writeFolderConfig(relay('web', await freePort()));
    const { code, out } = await user.runIn(folder, 'config', 'validate');
    expect([code, out]).toEqual([
      0,
      `${file}: valid, 1 service; not trusted, so nothing in it runs: localport trust ${file}\n`,
    ]);
    await user.runIn(folder, 'trust');
    expect((await user.runIn(folder, 'config', 'validate')).out).toBe(`${file}: valid, 1 service\n`);
  });
});

describe.runIf(process.getuid?.() === 0)("another user's config in the current folder", () => {
  const sentence = (file: string): string =>
    `The config ${file} belongs to user 1234 and was skipped. Copy it to a file of your own if you want to use it.`;

  it('is skipped, and named by each command that searches', async () => {
    user.writeConfig(relay('mine', await freePort()));
    const file = writeFolderConfig(relay('theirs', await freePort()));
    chownSync(file, 1234, 1234);
    const said = await user.runIn(folder, 'status');
    expect([said.out.includes('mine'), said.out.includes('theirs')]).toEqual([true, false]);
    expect(said.err).toContain(sentence(file));
    const doctor = await user.runIn(folder, 'doctor', '-o', 'text');
    expect(doctor.out).toContain(`${file} belongs to user 1234 and was skipped`);
    const completed = await user.runIn(folder, '__complete', 'start', '');
    expect([completed.out.includes('mine'), completed.err]).toEqual([true, '']);
  });

  it('is skipped and named by the daemon too, in its status and log', async () => {
    user.writeConfig(relay('mine', await freePort()));
    const file = writeFolderConfig(relay('theirs', await freePort()));
    chownSync(file, 1234, 1234);
    const started = await user.runIn(folder, 'start', 'mine');
    expect(started.err).toContain(sentence(file));
    expect(await namesIn(folder)).toEqual(['mine']);
    expect((await statusIn(folder)).host?.notices).toEqual([sentence(file)]);
    expect((await user.run('logs')).out).toContain(sentence(file));
  });
});

describe('the config of a folder', () => {
  const untrusted = (file: string, port: number): string =>
    `error: ${file} is not trusted, so nothing in it runs\n` +
    `  db  localhost:${port} → 127.0.0.1:${echo.port}\n` +
    `To trust it: localport trust ${file}\n`;

  it('does not run before it is trusted, and no daemon is started for it', async () => {
    const port = await freePort();
    const file = writeFolderConfig(relay('db', port));
    for (const command of [
      ['start', 'db'],
      ['start', '--all'],
      ['daemon', 'start'],
      ['daemon', 'start', '--foreground'],
      ['daemon', 'install', '--no-start'],
    ])
      expect([command, await user.runIn(folder, ...command)]).toEqual([
        command,
        { code: 1, out: '', err: untrusted(file, port) },
      ]);
    expect((await user.run('daemon', 'status')).out).toBe('not running\n');
    const offline = await user.runIn(folder, 'status');
    expect(offline.err).toContain(`is not trusted: review and trust. It would run:\n  db  localhost:${port}`);
    const doctor = await user.runIn(folder, 'doctor', '-o', 'text');
    expect(doctor.out).toContain(`${file} is not trusted, so nothing in it runs\tlocalport trust ${file}`);
  });

  it('runs once it is trusted; after a change the previous config stays in force until the change is trusted too', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const file = writeFolderConfig(relay('db', first));
    expect(await user.runIn(folder, 'trust')).toEqual({
      code: 0,
      out: `trusted: ${file}\n  db  localhost:${first} → 127.0.0.1:${echo.port}\n`,
      err: '',
    });
    expect(await user.runIn(folder, 'start', 'db', '--wait')).toMatchObject({ code: 0 });

    writeFolderConfig(relay('evil', second));
    await eventually('the change is seen', async () =>
      (await user.run('status')).err.includes(
        'changed: review and trust; the previous config is still in effect',
      ),
    );
    expect(await namesIn(user.home)).toEqual(['db']);
    expect(await user.run('start', 'db')).toMatchObject({ code: 0 });
    expect(await user.run('start', 'evil')).toMatchObject({ code: 1 });
    const restarted = await user.run('daemon', 'restart');
    expect([restarted.code, restarted.err.includes('changed and is not trusted')]).toEqual([1, true]);
    expect(await namesIn(user.home)).toEqual(['db']);

    // From any folder: the host knows which file is meant.
    expect((await user.run('trust')).out).toContain(`trusted: ${file}`);
    expect(await namesIn(user.home)).toEqual(['evil']);
    expect(await user.run('daemon', 'restart')).toMatchObject({ code: 0 });
    expect(await namesIn(user.home)).toEqual(['evil']);

    // The restart does not make it a config that the user has named.
    writeFolderConfig(relay('worse', second));
    await eventually('the change is seen', async () =>
      (await user.run('status')).err.includes('review and trust'),
    );
    expect(await namesIn(user.home)).toEqual(['evil']);
  });

  it('stops when the trust is revoked', async () => {
    const file = writeFolderConfig(relay('db', await freePort()));
    await user.run('trust', folder);
    await user.runIn(folder, 'start', 'db', '--wait');
    expect(await user.run('untrust', file)).toEqual({
      code: 0,
      out: `no longer trusted: ${file}\n`,
      err: '',
    });
    expect(await namesIn(folder)).toEqual([]);
    expect(await user.run('untrust', file)).toMatchObject({ out: `was not trusted: ${file}\n` });
  });

  it('is pinned by `daemon install` as one that needs trust', async () => {
    const file = writeFolderConfig(relay('db', await freePort()));
    await user.runIn(folder, 'trust');
    const installed = await user.runIn(folder, 'daemon', 'install', '--no-start');
    expect(readFileSync(installed.out.trim(), 'utf8')).toContain(`--folder-config ${file}`);
  });

  it('is trusted if it is named, and cannot be trusted while others can write to it', async () => {
    const file = writeFolderConfig(relay('db', await freePort()));
    expect(await user.run('--config', file, 'start', 'db')).toMatchObject({ code: 0 });
    chmodSync(file, 0o666);
    const ran = await user.run('trust', file);
    expect([ran.code, ran.err.includes(`can be written by every user`)]).toEqual([1, true]);
  });
});
