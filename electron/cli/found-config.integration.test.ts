/** What a config that is found in the current folder may do, and what it may not. */
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, startEchoServer, type FixtureServer } from '../../e2e/fixtures/servers.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let echo: FixtureServer;
let user: CommandUser;
/** A checkout, say. */
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
  it('is named wherever it is not the default one', async () => {
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
