/** The doctor's findings on an unhealthy machine, each with its fix. golden/doctor.txt shows a healthy one. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let user: CommandUser;

beforeEach(() => {
  user = new CommandUser(program.folder);
});

afterEach(() => user.dispose());

/** A folder of the user with programs that only print something, each a line of shell. */
function folderWith(name: string, programs: Readonly<Record<string, string>> = {}): string {
  const folder = path.join(user.home, name);
  mkdirSync(folder);
  for (const [program, line] of Object.entries(programs))
    writeFileSync(path.join(folder, program), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return folder;
}

/** The environment of a login shell: these folders on the PATH, and nothing from the machine that runs the test. */
function logInWith(folders: readonly string[], more = ''): void {
  const lines = `export PATH='${folders.join(path.delimiter)}'\nunset SSH_AUTH_SOCK\n${more}`;
  writeFileSync(path.join(user.home, '.profile'), lines);
}

/** `subject level: message → fix`, home as `~`; only these subjects, if any are named. */
async function examine(...subjects: readonly string[]): Promise<{ code: unknown; found: readonly string[] }> {
  const { code, out } = await user.run('doctor', '-o', 'text');
  const rows = out
    .replaceAll(user.home, '~')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  for (const [level, subject, , fix] of rows)
    expect(level === 'ok' || fix !== '', `${subject ?? ''} is ok or has a fix`).toBe(true);
  const found = rows.filter(([, subject = '']) => subjects.length === 0 || subjects.includes(subject));
  return {
    code,
    found: found.map(
      ([level, subject, message, fix]) =>
        `${subject ?? ''} ${level ?? ''}: ${message ?? ''}${fix === '' ? '' : ` → ${fix ?? ''}`}`,
    ),
  };
}

const ssh = 'technology: ssh, remote_port: 80';
const kubectl = 'technology: kubectl, remote_port: 80, connection: { resource_name: web }';

describe('the doctor', () => {
  it('names folders of the PATH that others may write, without those of the current folder, which it does not use', async () => {
    const open = folderWith('open');
    chmodSync(open, 0o777);
    logInWith([open, 'bin', '/usr/bin', '/bin']);
    expect(await examine('PATH')).toEqual({
      code: 1,
      found: ['PATH bad: every user can write ~/open → chmod o-w ~/open'],
    });
  });

  it('says how to find the reason if a login shell fails', async () => {
    await user.dispose();
    user = new CommandUser(program.folder, { SHELL: '/bin/false' });
    const { code, found } = await examine('login shell');
    expect(code).toBe(1);
    expect(found).toEqual([
      expect.stringMatching(
        /^login shell bad: \/bin\/false did not print its environment: .+ → Run it by hand/,
      ),
    ]);
  });

  it('asks kubectl and ssh for their versions, and repeats the message of a broken one', async () => {
    const kubectlSays = `echo '{"clientVersion":{"gitVersion":"v1.35.2"}}'`;
    const bin = folderWith('bin', { kubectl: kubectlSays, ssh: 'echo "no libcrypto" >&2; exit 127' });
    logInWith([bin, '/usr/bin', '/bin']);
    expect((await examine('kubectl', 'ssh')).found).toEqual([
      'kubectl ok: v1.35.2 (~/bin/kubectl)',
      'ssh bad: ~/bin/ssh: no libcrypto → Install OpenSSH.',
    ]);
  });

  it('looks for the programs of command services', async () => {
    logInWith(['/usr/bin', '/bin']);
    user.writeConfig(
      'name: tool, technology: command, local_port: 20001, connection: { argv: [no-such-tunnel, "{local_port}"] }',
    );
    expect(await examine('program no-such-tunnel')).toEqual({
      code: 1,
      found: [
        "program no-such-tunnel bad: was not found (tool) → Install it, or put it on your login shell's PATH.",
      ],
    });
  });

  it('finds the credential plugins of the kubeconfig, and says how to install a missing one', async () => {
    const users = [
      { name: 'eks', user: { exec: { command: 'aws' } } },
      { name: 'gke', user: { exec: { command: 'no-such-gke-plugin', installHint: 'Install gke.' } } },
      { name: 'aks', user: { exec: { command: 'no-such-aks-plugin' } } },
      { name: 'plain', user: { token: 'x' } },
    ];
    const bin = folderWith('bin', {
      kubectl: `case "$*" in *view*) echo '${JSON.stringify({ users })}' ;; *) echo '{}' ;; esac`,
      aws: '',
    });
    logInWith([bin, '/usr/bin', '/bin']);
    user.writeConfig(`name: web, local_port: 20001, ${kubectl}`);
    expect(await examine('exec plugin')).toEqual({
      code: 1,
      found: [
        'exec plugin ok: aws for eks (~/bin/aws)',
        'exec plugin bad: no-such-gke-plugin, which gke signs in with, was not found → Install gke.',
        "exec plugin bad: no-such-aks-plugin, which aks signs in with, was not found → Install it, or put it on your login shell's PATH.",
      ],
    });
    writeFileSync(path.join(bin, 'kubectl'), '#!/bin/sh\necho {\n', { mode: 0o755 });
    expect((await examine('kubeconfig')).found).toEqual([
      'kubeconfig note: kubectl prints it in an unknown format → Update kubectl, or LocalPort.',
    ]);
  });

  it('names a port that another program has on all addresses', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    user.writeConfig(
      `name: web, local_port: ${port}, technology: tcp, remote_port: 80, connection: { host: h }`,
    );
    const { found } = await examine(`port ${port}`);
    server.close();
    expect(found).toEqual([
      expect.stringMatching(
        /^port \d+ bad: web needs it, but .+ is using it → Stop it, or give web another local_port/,
      ),
    ]);
  });

  it.each([
    ['has keys', 0, 'printf "one\\ntwo\\n"', 'ok: 2 keys (/agent)'],
    ['has none', 0, 'exit 1', 'note: is running but has no keys (/agent) → ssh-add'],
    [
      'does not answer',
      1,
      'exit 2',
      'bad: no agent answers at /agent → Start ssh-agent again, and correct SSH_AUTH_SOCK.',
    ],
  ])('tells of an ssh agent that %s', async (_, code, answer, finding) => {
    const bin = folderWith('bin', { 'ssh-add': answer, ssh: 'echo OpenSSH_9.2p1', kubectl: 'echo {}' });
    logInWith([bin, '/usr/bin', '/bin'], 'export SSH_AUTH_SOCK=/agent\n');
    expect(await examine('ssh agent')).toEqual({ code, found: [`ssh agent ${finding}`] });
  });

  it('reports a missing agent only if a service logs in with it', async () => {
    logInWith(['/usr/bin', '/bin']);
    user.writeConfig(`name: far, local_port: 20001, ${ssh}, connection: { host: h, password: p }`);
    const without = 'SSH_AUTH_SOCK is not set in your login shell';
    expect((await examine('ssh agent')).found).toEqual([
      `ssh agent ok: ${without}, and no service needs one`,
    ]);
    user.writeConfig(`name: far, local_port: 20001, ${ssh}, connection: { host: h }`);
    expect((await examine('ssh agent')).found).toEqual([
      `ssh agent note: ${without} → Start an agent, or set key_file.`,
    ]);
  });

  it('finds keys that others may read, folders that others may enter, and services without their key', async () => {
    const key = path.join(user.home, 'key');
    writeFileSync(key, '', { mode: 0o644 });
    mkdirSync(user.stateDirectory, { recursive: true, mode: 0o755 });
    logInWith(['/usr/bin', '/bin']);
    user.writeConfig(
      `name: far, local_port: 20001, ${ssh}, connection: { host: h, key_file: ${key} }`,
      `name: lost, local_port: 20002, ${ssh}, connection: { host: h, key_file: ${key}-lost }`,
      `name: odd, local_port: 20003, ${ssh}, connection: { host: h, password: p }, hue: red`,
    );
    expect(await examine('permissions', 'lost', 'config', 'key')).toEqual({
      code: 1,
      found: [
        'config ok: ~/.config/localport/config.yaml, 3 services',
        expect.stringMatching(/^config note: odd: hue: .+ → Correct it, or remove it\.$/),
        expect.stringMatching(
          /^config note: odd: connection\.password: is in plain text in the config file, .+ localport secret set NAME /,
        ),
        expect.stringMatching(/^lost bad: .+ → Create it or correct its path in the config$/),
        'key bad: others may read the key ~/key, so ssh ignores it (far) → chmod 600 ~/key',
        'permissions bad: others may look into ~/.local/state/localport → chmod 700 ~/.local/state/localport',
      ],
    });
  });

  it('reports a missing or outdated program that is started at login', async () => {
    const bin = folderWith('bin', { node: 'echo v18.20.4' });
    logInWith([bin, '/usr/bin', '/bin']);
    const unit = path.join(user.home, '.config/systemd/user/localport.service');
    mkdirSync(path.dirname(unit), { recursive: true });
    const startWith = (...words: readonly string[]): void => {
      writeFileSync(unit, `[Service]\nExecStart=${words.join(' ')} --unless-running\n`);
    };
    const install = 'localport daemon install';
    startWith('/opt/homebrew/Cellar/node/24.1.0/bin/node', bin);
    expect((await examine('daemon at login')).found).toEqual([
      `daemon at login bad: systemd cannot start it: /opt/homebrew/Cellar/node/24.1.0/bin/node is gone → ${install}`,
    ]);
    startWith(path.join(bin, 'node'), bin);
    expect((await examine('daemon at login')).found).toEqual([
      `daemon at login bad: ~/bin/node is Node v18.20.4, and 20.19 is needed → ${install}`,
    ]);
    startWith(
      process.execPath,
      '--optimize-for-size',
      '/opt/localport/dist/daemon.cjs',
      '--config',
      '/gone.yaml',
    );
    expect((await examine('daemon at login')).found).toEqual([
      `daemon at login bad: systemd cannot start it: /opt/localport/dist/daemon.cjs is gone → ${install}`,
    ]);
    startWith(process.execPath, bin);
    expect((await examine('daemon at login')).found).toEqual([
      `daemon at login ok: systemd starts it with ${process.execPath}`,
    ]);
  });

  it('combines everything into one text for a bug report, without secrets and without names', async () => {
    const bin = folderWith('bin', { kubectl: 'echo {}', ssh: 'echo OpenSSH_9.2p1 >&2' });
    logInWith([bin, '/usr/bin', '/bin'], 'export DB_PASSWORD=hunter2\n');
    const key = path.join(user.home, 'acme-key');
    writeFileSync(key, '', { mode: 0o644 });
    user.writeConfig(
      `name: acme-db, local_port: 20001, ${ssh}, connection: { host: bastion.acme.example, user: maria, key_file: ${key} }`,
      "name: acme-tool, technology: command, local_port: 20002, connection: { argv: [no-such-tunnel, '${DB_PASSWORD}', '{local_port}'] }",
    );
    const withoutHost = await user.run('doctor', '--report');
    await user.run('daemon', 'start');
    const withHost = await user.run('doctor', '--report');
    for (const { code, out, err } of [withoutHost, withHost]) {
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(/^LocalPort diagnostics\nSecrets are hidden\. /);
      expect(out).toContain('\n  ssh        OpenSSH_9.2p1\n');
      expect(out).toMatch(/\n {2}service-1: ssh .* → name-1@name-2 → localhost:80; on, /);
      expect(out).toContain('others may read the key ~/acme-key');
      expect(out).not.toMatch(/hunter2|acme-db|acme-tool|bastion|maria/);
      expect(out).not.toContain(user.home);
    }
    expect(withoutHost.out).toContain('\n  running    no\n');
    expect(withHost.out).toMatch(/\n {2}running {4}LocalPort \S+, headless, for \d+ s\n/);
  });
});
