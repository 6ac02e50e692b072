/** Services whose passwords are in the keychain and in 1Password, from the config to a real sshd. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { createSecretTools, type SecretTools } from '../../e2e/fixtures/secret-tools.ts';
import { freePort } from '../../e2e/fixtures/servers.ts';
import { type Sshd, startSshd } from '../../e2e/fixtures/sshd.ts';
import { canServePasswords } from '../../e2e/fixtures/sshd-password.ts';
import { writeProfile } from '../core/testing/user-home.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const password = 'right s3cret';
const op = 'op://work/bastion/password';

interface Status {
  readonly services: readonly {
    readonly name: string;
    readonly phase: string;
    readonly cause: { readonly code: string; readonly remedy: string | null } | null;
  }[];
}

describe.runIf(await canServePasswords())('passwords that stand elsewhere', () => {
  const installed = installForFile();
  let sshd: Sshd;
  let tools: SecretTools;
  let user: CommandUser;

  beforeAll(async () => {
    sshd = await startSshd({ password, config: ['PubkeyAuthentication no'] });
    await sshd.trust();
    tools = createSecretTools();
    tools.setKeychain('bastion', password);
    tools.setOp(op, password);
    const env = { PATH: [tools.binDirectory, sshd.binDirectory, process.env['PATH'] ?? ''].join(':') };
    user = new CommandUser(installed.folder, env);
    writeProfile(user, { env });
    const entry = async (name: string, reference: string): Promise<string> =>
      `name: ${name}, technology: ssh, local_port: ${await freePort()}, remote_port: ${sshd.port}, ` +
      `health_check: {type: ssh}, connection: {host: ${sshd.host}, port: ${sshd.port}, user: ${sshd.user}, password: '${reference}'}`;
    user.writeConfig(
      // A connection that outlives its last forward needs no password for a minute.
      `share: false, ${await entry('kept', 'keychain:bastion')}`,
      await entry('one', op),
      await entry('two', op),
      await entry('none', 'keychain:absent'),
    );
  });

  afterAll(async () => {
    await user.dispose();
    tools.dispose();
    await sshd.dispose();
  });

  const states = async (): Promise<Readonly<Record<string, string>>> => {
    const { services } = JSON.parse((await user.run('status', '-o', 'json')).out) as Status;
    return Object.fromEntries(services.map(({ name, phase, cause }) => [name, cause?.code ?? phase]));
  };
  const settled = async (expected: Readonly<Record<string, string>>): Promise<void> => {
    let last: unknown = null;
    await eventually('the services are as expected', async () => {
      last = await states();
      return JSON.stringify(last) === JSON.stringify(expected);
    }).catch((error: unknown) => {
      throw new Error(JSON.stringify(last), { cause: error });
    });
  };
  const opCalls = (): number => tools.calls().filter((call) => call.startsWith('op ')).length;

  it('are read when a tunnel starts, and those of 1Password only when the user starts one, once for all', async () => {
    expect(await user.run('daemon', 'start', '--debug')).toMatchObject({ code: 0 });
    await settled({ kept: 'up', one: 'secret-not-read', two: 'secret-not-read', none: 'secret-missing' });
    expect(opCalls()).toBe(0);
    expect(await user.run('start', 'one', 'two', '--wait')).toMatchObject({ code: 0 });
    await settled({ kept: 'up', one: 'up', two: 'up', none: 'secret-missing' });
    await user.run('restart', 'one', 'two');
    await settled({ kept: 'up', one: 'up', two: 'up', none: 'secret-missing' });
    expect(opCalls()).toBe(1);
  });

  it('are read again if the server refused them and the user tries again', async () => {
    tools.setKeychain('bastion', 'wrong s3cret');
    await user.run('stop', 'kept');
    await user.run('start', 'kept');
    await settled({ kept: 'auth-failed', one: 'up', two: 'up', none: 'secret-missing' });
    const { services } = JSON.parse((await user.run('status', '-o', 'json')).out) as Status;
    expect(services[0]?.cause?.remedy).toContain('localport secret set bastion');
    tools.setKeychain('bastion', password);
    await user.run('restart', 'kept');
    await settled({ kept: 'up', one: 'up', two: 'up', none: 'secret-missing' });
  });

  it('are in no log', () => {
    const files = readdirSync(user.stateDirectory, {
      recursive: true,
      encoding: 'utf8',
      withFileTypes: true,
    });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(path.join(file.parentPath, file.name), 'utf8'));
    expect(texts.join('\n')).toContain('prompts for');
    expect(texts.join('\n')).not.toContain('s3cret');
  });
});
