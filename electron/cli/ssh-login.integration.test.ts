/** `localport ssh login`, from a headless daemon that no one answers to a real sshd. */
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretTools, type SecretTools } from '../../e2e/fixtures/secret-tools.ts';
import { exchange, type FixtureServer, freePort, startEchoServer } from '../../e2e/fixtures/servers.ts';
import { lockKey } from '../../e2e/fixtures/ssh-client.ts';
import { type Sshd, startSshd } from '../../e2e/fixtures/sshd.ts';
import { writeProfile } from '../core/testing/user-home.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const passphrase = 'tortoise & hare';
const installed = installForFile();
let sshd: Sshd;
let echo: FixtureServer;
let user: CommandUser;
let port: number;
let tools: SecretTools;

beforeEach(async () => {
  [sshd, echo, port] = await Promise.all([startSshd(), startEchoServer(), freePort()]);
  await sshd.trust();
  await lockKey(sshd.keyFile, passphrase);
  tools = createSecretTools();
  const env = { PATH: [sshd.binDirectory, tools.binDirectory, process.env['PATH'] ?? ''].join(':') };
  user = new CommandUser(installed.folder, env);
  writeProfile(user, { env });
  user.writeConfig(
    `name: db, technology: ssh, local_port: ${port}, remote_port: ${echo.port}, ` +
      `connection: {host: ${sshd.host}, port: ${sshd.port}, user: ${sshd.user}}`,
  );
  expect(await user.run('start', 'db', '--wait')).toMatchObject({ code: 1 });
});

afterEach(async () => {
  await user.dispose();
  await sshd.dispose();
  await echo.stop();
  tools.dispose();
});

/** `input`: a line for each question. `staysOpen`: the pipe does not end after it. */
async function login(
  host: string,
  input: string,
  {
    staysOpen = false,
    options = [],
  }: { readonly staysOpen?: boolean; readonly options?: readonly string[] } = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const child = spawn(
    process.execPath,
    [path.join(installed.folder, 'localport.cjs'), 'ssh', 'login', host, ...options],
    {
      cwd: user.home,
      env: user.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += String(chunk)));
  child.stdin.write(input);
  if (!staysOpen) child.stdin.end();
  const code = await new Promise<number>((resolve) => child.once('close', (exit) => resolve(exit ?? -1)));
  return { code, text };
}

describe('ssh login', () => {
  it("answers the daemon's questions, and the daemon needs no answer for the next tunnel", async () => {
    expect(await login(sshd.host, `${passphrase}\n`)).toMatchObject({ code: 0 });
    expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
    await sshd.killSessions();
    expect(await exchange({ host: '127.0.0.1', port }, 'again')).toBe('again');
  });

  it('reads an answer from a pipe that stays open, and exits anyway', async () => {
    expect(await login(sshd.host, `${passphrase}\n`, { staysOpen: true })).toMatchObject({ code: 0 });
  });

  it('remembers an answer that worked after the daemon has exited, until it is removed', async () => {
    const name = `passphrase of ${sshd.keyFile}`;
    expect(await login(sshd.host, `${passphrase}\n`, { options: ['--remember'] })).toMatchObject({ code: 0 });
    await expect.poll(() => tools.keychain(name), { timeout: 5_000 }).toBe(passphrase);
    const listed = await user.run('secret', 'list', '-o', 'text');
    expect(listed).toMatchObject({ code: 0, out: `ok\t${name}\tremembered for ssh\t\n` });

    await user.run('daemon', 'stop');
    expect(await user.run('start', 'db', '--wait')).toMatchObject({ code: 0 });
    expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');

    expect(await user.run('secret', 'remove', name)).toMatchObject({ code: 0, out: `${name} is removed\n` });
    expect(tools.keychain(name)).toBeNull();
    await user.run('daemon', 'stop');
    expect(await user.run('start', 'db', '--wait')).toMatchObject({ code: 1 });
    expect(tools.calls().join('\n')).not.toContain('tortoise');
  });

  // The `script` of util-linux: it runs a command in a separate terminal, which it controls from its stdin.
  it.runIf(process.platform === 'linux')('asks at a terminal whether to remember', async () => {
    const command = `'${process.execPath}' '${path.join(installed.folder, 'localport.cjs')}' ssh login '${sshd.host}'`;
    const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: user.home,
      env: user.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const keys = new Map([
      [/Enter passphrase for key .*: $/, `${passphrase}\r`],
      [/Remember it in the keychain\? \[y\/N\] /, 'y\r'],
    ]);
    let text = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk);
      for (const [prompt, answer] of keys) {
        if (!prompt.test(text)) continue;
        keys.delete(prompt);
        terminal.stdin.write(answer);
      }
    });
    const code = await new Promise((resolve) => terminal.once('close', resolve));
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).not.toContain('tortoise');
    await expect
      .poll(() => tools.keychain(`passphrase of ${sshd.keyFile}`), { timeout: 5_000 })
      .toBe(passphrase);
  });

  it('says that nothing can be remembered if there is no keychain', async () => {
    for (const program of readdirSync(tools.binDirectory)) rmSync(path.join(tools.binDirectory, program));
    const { code, text } = await login(sshd.host, `${passphrase}\n`, { options: ['--remember'] });
    expect(code).toBe(0);
    expect(text).toContain('There is no keychain to remember answers in');
  });

  it('says what went wrong if there is no answer', async () => {
    const { code, text } = await login('db', '');
    expect(code).toBe(1);
    expect(text).toContain('No passphrase was entered for');
  });

  it('says so if no service leads to the host', async () => {
    expect(await login('elsewhere', '')).toMatchObject({
      code: 1,
      text: expect.stringContaining('no ssh service leads to elsewhere') as string,
    });
  });
});
