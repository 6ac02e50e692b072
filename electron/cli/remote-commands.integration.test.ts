import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KubeApi, startKubeApi } from '../../e2e/fixtures/kube-api.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../e2e/fixtures/sshd.ts';
import { completionScripts } from './completion-scripts.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const execute = promisify(execFile);

const program = installForFile();
let user: CommandUser;

afterEach(async () => {
  await user.dispose();
});

const pathWith = (folder: string): { readonly PATH: string } => ({
  PATH: [folder, process.env['PATH'] ?? ''].join(path.delimiter),
});

describe('ssh', () => {
  let sshd: Sshd;
  let echo: FixtureServer;

  beforeAll(async () => {
    sshd = await startSshd();
    echo = await startEchoServer();
  });

  afterAll(async () => {
    await echo.stop();
    await sshd.dispose();
  });

  beforeEach(async () => {
    user = new CommandUser(program.folder, pathWith(sshd.binDirectory));
    const closed = await freePort();
    const ssh = (name: string, port: number, remotePort: number): string =>
      `name: ${name}, technology: ssh, local_port: ${port}, remote_port: ${remotePort}, connection: { host: ${sshd.host}, port: ${sshd.port}, key_file: ${sshd.keyFile}, remote_host: 127.0.0.1 }`;
    user.writeConfig(ssh('far', 20_001, echo.port), ssh('closed', 20_002, closed));
  });

  it('logs in and reaches the target, or says which of the two failed', async () => {
    const { code, out } = await user.run('ssh', 'test', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      checks: [
        {
          subject: 'far',
          level: 'ok',
          message: expect.stringMatching(/logged in after \d+ ms, target open/) as unknown,
        },
        { subject: 'closed', level: 'bad', message: expect.stringMatching(/refused/) as unknown },
      ],
    });
    expect((await user.run('ssh', 'test', 'far')).code).toBe(0);
    await sshd.stop();
    const stopped = await user.run('ssh', 'test', 'far');
    await sshd.start();
    expect(stopped).toMatchObject({
      code: 1,
      out: expect.stringContaining('refused the connection') as unknown,
    });
    expect(await user.run('ssh', 'test', 'near')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no ssh service near') as unknown,
    });
  });

  it('leaves running services alone', async () => {
    const away = await freePort();
    user.writeConfig(
      `name: far, technology: ssh, local_port: 20001, remote_port: ${echo.port}, connection: { host: ${sshd.host}, port: ${sshd.port}, key_file: ${sshd.keyFile}, remote_host: 127.0.0.1 }`,
      `name: back, technology: ssh, local_port: ${echo.port}, remote_port: ${away}, remote: true, connection: { host: ${sshd.host}, port: ${sshd.port}, key_file: ${sshd.keyFile} }`,
    );
    expect((await user.run('start', '--all', '--wait')).code).toBe(0);
    const pids = async (): Promise<readonly number[]> => {
      const { services } = JSON.parse((await user.run('status', '-o', 'json')).out) as {
        services: readonly { pid: number }[];
      };
      return services.map(({ pid }) => pid);
    };
    const before = await pids();
    expect((await user.run('ssh', 'test')).code).toBe(0);
    expect(await exchange({ host: '127.0.0.1', port: 20_001 }, 'still here')).toBe('still here');
    expect(await exchange({ host: '127.0.0.1', port: away }, 'and here')).toBe('and here');
    // A service that is turned on again still uses the connection of the running ones.
    await user.run('stop', 'far');
    expect((await user.run('start', 'far', '--wait')).code).toBe(0);
    expect(await pids()).toEqual(before);
  });

  it('shows how ssh_config resolves a host, and refuses a key that others may read', async () => {
    const valid = await user.run('ssh', 'validate', 'far');
    expect(valid).toMatchObject({ code: 0, err: '' });
    expect(valid.out).toContain(`@127.0.0.1:${sshd.port} → 127.0.0.1:${echo.port}`);
    chmodSync(sshd.keyFile, 0o644);
    const open = await user.run('ssh', 'validate', 'far');
    chmodSync(sshd.keyFile, 0o600);
    expect(open.code).toBe(1);
    expect(open.out).toContain(`→ chmod 600 ${sshd.keyFile}`);
  });

  it('shows how ssh_config resolves a host for the user and the port of the service', async () => {
    await sshd.client.addConfig('Match user deployer\n  ProxyJump gate');
    user.writeConfig(
      'name: far, technology: ssh, local_port: 20001, remote_port: 1, connection: { host: db.example, user: deployer }',
    );
    const { code, out } = await user.run('ssh', 'validate', 'far');
    expect(code).toBe(0);
    expect(out).toContain('deployer@db.example:22 through gate');
  });

  it('names a missing program of a ProxyCommand', async () => {
    await sshd.client.addConfig('Host tunnelled\n  ProxyCommand no-such-relay %h %p');
    user.writeConfig(
      'name: far, technology: ssh, local_port: 20001, remote_port: 1, connection: { host: tunnelled }',
    );
    const { code, out } = await user.run('ssh', 'validate', 'far');
    expect(code).toBe(1);
    expect(out).toContain('no-such-relay of its ProxyCommand was not found');
  });

  it('proposes the forwards of an ssh_config with its includes, as a valid config', async () => {
    const folder = path.join(user.home, '.ssh');
    mkdirSync(path.join(folder, 'conf.d'), { recursive: true });
    writeFileSync(path.join(folder, 'conf.d/work'), 'Host bastion\n  LocalForward 5432 db.internal:5432\n');
    const config = path.join(folder, 'config');
    writeFileSync(config, `Include ${folder}/conf.d/*\nHost plain *.example\n  User me\n`);
    const printed = await user.run('import', 'ssh', '--file', config);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toMatch(/^# no forwards, so nothing to import: plain\n/);
    expect(printed.out).toContain('name: bastion\n    technology: ssh\n    local_port: 5432\n');
    const file = path.join(user.home, 'new.yaml');
    expect((await user.run('import', 'ssh', '--file', config, '--write', '-c', file)).code).toBe(0);
    expect(await user.run('config', 'validate', file)).toMatchObject({
      code: 0,
      out: `${file}: valid, 1 service\n`,
    });
    const before = readFileSync(file, 'utf8');
    const again = await user.run('import', 'ssh', '--file', config, '--write', '-c', file);
    expect(again).toMatchObject({ code: 0, out: '' });
    expect(again.err).toContain('already in the config: bastion\n');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('clusters', () => {
  /** A kubectl that answers only for the context `prod`. */
  const kubectl = `#!/bin/sh
case "$*" in
  'config get-contexts --output=name') printf 'prod\\nstaging\\n' ;;
  *--context=staging*) echo 'Unable to connect to the server: dial tcp: i/o timeout' >&2; exit 1 ;;
  *version*) echo '{"serverVersion":{"gitVersion":"v1.35.2"}}' ;;
  *'get nodes'*) echo '{"items":[{"metadata":{"name":"n1"},"status":{"conditions":[{"type":"Ready","status":"False"}]}}]}' ;;
  *'get services'*) echo '{"items":[{"metadata":{"name":"pg","namespace":"shop"},"spec":{"selector":{"app":"pg"},"ports":[{"port":5432}]}}]}' ;;
  *'get pods --namespace=shop'*) echo '{"items":[{"metadata":{"name":"pg-0","namespace":"shop"},"status":{"phase":"Running","containerStatuses":[{"ready":true,"restartCount":1}]}}]}' ;;
  *'get events --field-selector=type!=Normal --namespace=shop'*) echo '{"items":[]}' ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
`;

  let bin: string;

  beforeEach(() => {
    bin = mkdtempSync(path.join(tmpdir(), 'lp-bin-'));
    writeFileSync(path.join(bin, 'kubectl'), kubectl, { mode: 0o755 });
    user = new CommandUser(program.folder, pathWith(bin));
    mkdirSync(path.join(user.home, '.kube'));
    const names = ['prod', 'staging'];
    const kubeconfig = {
      contexts: names.map((name) => ({ name, context: { cluster: name } })),
      clusters: names.map((name) => ({ name, cluster: { server: `https://${name}:6443` } })),
    };
    writeFileSync(path.join(user.home, '.kube', 'config'), JSON.stringify(kubeconfig));
    const kube = (context: string, port: number): string =>
      `name: ${context}, technology: kubectl, local_port: ${port}, remote_port: 80, connection: { context: ${context}, namespace: shop, resource_name: web }`;
    user.writeConfig(kube('prod', 20_001), kube('staging', 20_002));
  });

  afterEach(() => {
    rmSync(bin, { recursive: true, force: true });
  });

  it('are queried for what services use; one that does not answer is named, and the exit code is 1', async () => {
    const status = await user.run('cluster', 'status');
    expect(status.code).toBe(1);
    expect(status.out).toMatch(/✗ fix +prod +v1.35.2 answers after \d+ ms; not ready: n1 \(1 of 1 nodes\)\n/);
    expect(status.out).toMatch(/✗ fix +staging {2}Unable to connect to the server/);
    const pods = await user.run('cluster', 'pods', '-o', 'json');
    expect(JSON.parse(pods.out)).toEqual([
      {
        context: 'prod',
        namespace: 'shop',
        name: 'pg-0',
        ready: '1/1',
        status: 'Running',
        restarts: 1,
        started: null,
      },
    ]);
    expect(pods).toMatchObject({
      code: 1,
      err: 'error: staging: Unable to connect to the server: dial tcp: i/o timeout\n',
    });
    expect(await user.run('cluster', 'events', '--context', 'prod')).toEqual({
      code: 0,
      out: '',
      err: 'no warnings\n',
    });
  });

  it('are not guessed if the config that names them is broken, unless the command names them', async () => {
    writeFileSync(user.configFile, 'services: {}\n');
    expect(await user.run('cluster', 'status')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error: .* is broken\nerror: services: a mapping found/) as unknown,
    });
    expect((await user.run('cluster', 'status', '--context', 'prod')).out).toContain('v1.35.2 answers');
  });

  it('are queried without a warning if there are more than ten', async () => {
    const contexts = Array.from({ length: 15 }, (_, index) => `prod-${index}`);
    const kube = (context: string, index: number): string =>
      `name: ${context}, technology: kubectl, local_port: ${20_001 + index}, remote_port: 80, connection: { context: ${context}, namespace: shop, resource_name: web }`;
    user.writeConfig(...contexts.map(kube));
    const status = await user.run('cluster', 'status');
    expect(status.err).toBe('');
    expect(status.out.match(/v1\.35\.2 answers/g)).toHaveLength(15);
    const pods = await user.run('cluster', 'pods');
    expect({ code: pods.code, err: pods.err }).toEqual({ code: 0, err: '' });
    const imported = await user.run('import', 'kube', '--context', ...contexts);
    expect({ code: imported.code, err: imported.err }).toEqual({ code: 0, err: '' });
    expect(imported.out).toContain('name: prod-14-pg\n');
    expect(imported.out).toMatch(
      /# local_port differs from remote_port, as another service uses that port: prod-1-pg \(5432 → 10000\), .* and 9 more\n/,
    );
  });

  it('propose their services; one that does not answer is named, and the exit code is 1', async () => {
    const { code, out, err } = await user.run('import', 'kube');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'error: staging: Unable to connect to the server: dial tcp: i/o timeout\n',
    });
    expect(out).toContain('name: pg\n    technology: kubectl\n    local_port: 5432\n');
  });
});

describe('a cluster of which one namespace may be read', () => {
  let kube: KubeApi;

  beforeEach(async () => {
    kube = await startKubeApi();
    user = new CommandUser(program.folder, pathWith(kube.client.binDirectory));
    kube.addService('web', { namespace: 'shop', ports: [8080] });
    kube.addService('db', { ports: [5432] });
    kube.setOnlyNamespace('shop');
  });

  afterEach(() => kube.dispose());

  const namesIn = (out: string): readonly string[] =>
    [...out.matchAll(/^ {2}- name: (.*)$/gm)].map(([, name = '']) => name);

  it('proposes the services of the named namespaces, and names one that may not be read', async () => {
    const { code, out, err } = await user.run(
      'import',
      'kube',
      '--context',
      'fixture',
      '--namespace',
      'shop',
      'default',
    );
    expect(namesIn(out)).toEqual(['web']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: fixture: .*cannot list resource "services" in API group "" in the namespace "default"\n$/,
    );
  });

  it('says how to name the namespace if the context names another one', async () => {
    const { code, err } = await user.run('import', 'kube', '--context', 'fixture');
    expect(code).toBe(1);
    expect(err).toMatch(/in the namespace "default"; name namespaces that you may read with --namespace\n/);
  });

  it('proposes a service without a selector if its endpoints are pods', async () => {
    kube.addService('manual', { namespace: 'shop', selector: null, ports: [9090] });
    kube.addService('legacy', { namespace: 'shop', selector: null, ports: [80] });
    kube.addPod('web-0', { namespace: 'shop' });
    kube.setAddresses('manual', [{ ip: '10.0.0.5', port: 9090, pod: 'web-0' }], 'shop');
    kube.setAddresses('legacy', [{ ip: '192.0.2.1', port: 80 }], 'shop');
    const { out } = await user.run('import', 'kube', '--context', 'fixture', '--namespace', 'shop');
    expect(namesIn(out)).toEqual(['web', 'manual']);
    expect(out).toContain('# skipped, as they have no selector and so no pods: shop/legacy\n');
  });
});

describe('completion', () => {
  /** What a shell offers for the last word of a command line. */
  const question = {
    bash: (words: readonly string[]) => {
      const line = words.join(' ');
      // As readline splits it, with the default of COMP_WORDBREAKS.
      const split = words.flatMap((word) => (word === '' ? [''] : (word.match(/[=:@]+|[^=:@]+/g) ?? [])));
      const quoted = split.map((word) => `'${word}'`).join(' ');
      const state = `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${quoted}) COMP_CWORD=${split.length - 1}`;
      return `${completionScripts.bash}${state}; _localport; printf '%s\\n' "\${COMPREPLY[@]}"`;
    },
    zsh: (words: readonly string[]) =>
      `compdef() { :; }; compadd() { shift; print -l -- "$@"; }; ${completionScripts.zsh}; words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _localport`,
    fish: (words: readonly string[]) => `${completionScripts.fish}; complete -C '${words.join(' ')}'`,
  };

  it.each([
    // bash inserts the words into the line unchanged.
    ['bash', String.raw`my\ db`],
    ['zsh', 'my db'],
    ['fish', 'my db'],
  ] as const)(
    'works in %s, where that is installed: commands, and names from the running host',
    async (shell, name) => {
      // bash replaces only the part after the last character at which it splits words.
      const behind = (prefix: string, value: string): string => (shell === 'bash' ? value : prefix + value);
      user = new CommandUser(program.folder);
      const isInstalled = await execute('/bin/sh', ['-c', `command -v ${shell}`]).catch(() => null);
      if (isInstalled === null) return;
      symlinkSync(path.join(program.folder, 'localport.cjs'), path.join(user.home, 'localport'));
      const env = { ...user.env, ...pathWith(user.home) };
      const offers = async (...words: readonly string[]): Promise<readonly string[]> => {
        const { stdout } = await execute(shell, ['-c', question[shell](words)], { env, cwd: user.home });
        // fish sorts the candidates.
        return stdout.trim().split('\n').toSorted();
      };
      expect(await offers('localport', 'daemon', 're')).toEqual(['reload', 'restart']);
      expect(await offers('localport', 'status', '--output=')).toEqual(
        ['json', 'table', 'text'].map((format) => behind('--output=', format)),
      );
      expect(await offers('localport', 'status', '--output=j')).toEqual([behind('--output=', 'json')]);
      const service = 'technology: tcp, remote_port: 1, connection: { host: 127.0.0.1 }, enabled: false';
      user.writeConfig(
        `name: my db, local_port: ${await freePort()}, ${service}`,
        `name: web, local_port: ${await freePort()}, ${service}`,
        `name: pg, local_port: ${await freePort()}, technology: kubectl, remote_port: 1, connection: { resource_name: pg, context: 'me@arn:aws:1' }, enabled: false`,
      );
      const contexts = async (): Promise<readonly string[]> => [
        ...(await offers('localport', 'cluster', 'pods', '--context', '')),
        ...(await offers('localport', 'cluster', 'pods', '--context', 'me@arn:a')),
        ...(await offers('localport', 'cluster', 'pods', '--context=me@arn:')),
      ];
      const inUse = ['me@arn:aws:1', behind('me@arn:', 'aws:1'), behind('--context=me@arn:', 'aws:1')];
      expect(await contexts()).toEqual(inUse);
      await user.run('daemon', 'start');
      expect(await offers('localport', 'stop', 'm')).toEqual([name]);
      // From the file that the host uses, whatever the current folder.
      writeFileSync(path.join(user.home, 'localport.yaml'), 'services: []\n');
      expect(await contexts()).toEqual(inUse);
    },
  );
});
