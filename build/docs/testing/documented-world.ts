/**
 * A new user: an empty home, and the hosts, clusters, and programs that the documentation names. `bastion` and the kube
 * contexts exist as a user would have them. An address or port that a test cannot use is replaced in the command line.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CommandUser } from '../../../electron/cli/testing/installed-command.ts';
import { startTestServers, type TestServers } from '../../../electron/cli/testing/test-servers.ts';
import { writeProfile } from '../../../electron/core/testing/user-home.ts';
import type { KubeApi } from '../../../e2e/fixtures/kube-api.ts';
import { createSecretTools, type SecretTools } from '../../../e2e/fixtures/secret-tools.ts';
import { runLine, type LineRun, type LineStart } from './line-run.ts';
import { silentLogger } from '../../../electron/core/observability/logger.ts';
import { RememberedNames } from '../../../electron/core/secrets/remembered-names.ts';
import { freePorts } from '../../../e2e/fixtures/servers.ts';

/** Commands that run until Ctrl-C, which is sent once they have printed something. */
const goesOn = /--watch\b|--follow\b|\blogs\b.* -f\b|--foreground\b|--no-buffer\b/;

/** Commands that ask at the terminal, or open an editor. */
const needsTerminal = /^localport (?:edit db|remove db|uninstall)(?: +#|$)/;

/** Lines of a shell's startup file: their shell, and a command that fails if they did nothing. */
const startupLines: readonly StartupLine[] = [
  { start: 'eval "$(localport completion bash)"', shell: ['bash'], proof: 'complete -p localport' },
  {
    start: 'eval "$(localport completion zsh)"',
    shell: ['zsh', '-f'],
    proof: '(( $+_comps[localport] ))',
  },
];
const anyLine: Omit<StartupLine, 'start'> = { shell: ['bash'], proof: '' };

/** Loaded before the command: it then runs as in the installed app, and may only write below its home. */
const asInstalledApp = `Object.defineProperty(process.versions, 'electron', { value: '1' });
process.resourcesPath = '/Applications/LocalPort.app/Contents/Resources';
const fs = require('node:fs');
const { accessSync } = fs;
fs.accessSync = (file, mode) => accessSync(file.startsWith(process.env.HOME) ? file : '/nowhere', mode);
`;

/** Commands that leave services or files other than an example assumes. */
const disturbs =
  /\b(?:start|stop|restart|toggle|daemon|add|edit|remove|undo|import|trust|untrust|init|uninstall|desired|save)\b/;

export class DocumentedWorld {
  readonly user: CommandUser;
  readonly sshPort: number;
  readonly #parts: Parts;
  readonly #standIns: readonly StandIn[];
  #isSettled = false;
  /** Variables that earlier lines have set. */
  #assignments = '';

  /** `programFolder`: has the bundles that `localport` runs; null: that command does not exist yet. */
  static async open(programFolder: string, { isInstalled }: { readonly isInstalled: boolean }) {
    const servers = await startTestServers();
    const { sshd, kube, echo, web } = servers;
    const { host, port, user } = sshd;
    await sshd.client.addConfig(
      `Host bastion example.com\n  HostName ${host}\n  HostKeyAlias [${host}]:${port}\n  Port ${port}\n  User ${user}\nHost forwards\n  LocalForward 5432 db:5432\n`,
    );
    await kube.client.change((config) => {
      const [context] = config.contexts;
      if (context === undefined) return;
      for (const name of ['prod', 'staging']) config.contexts.push({ ...context, name });
    });
    kube.setTarget(80, { host: '127.0.0.1', port: web.port });
    kube.setTarget(5432, echo);
    for (const namespace of ['default', 'shop', 'db']) addApplications(kube, namespace);
    const parts = { servers, secrets: createSecretTools(), programFolder, isInstalled };
    return new DocumentedWorld(parts, await freePorts(4));
  }

  private constructor(parts: Parts, ports: readonly number[]) {
    this.#parts = parts;
    const { servers, secrets, programFolder, isInstalled } = parts;
    const { sshd, kube, echo, web } = servers;
    this.sshPort = sshd.port;
    this.user = new CommandUser(programFolder);
    const { home } = this.user;
    const bin = path.join(home, 'bin');
    mkdirSync(bin);
    const script = (name: string, text: string): void => {
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    };
    // Fakes for systemd, an editor, a password manager, and the user's own programs, which do as they are told.
    for (const name of ['systemctl', 'editor', 'pass', 'my-tunnel', 'cloud-sql-proxy'])
      script(name, 'echo s3cret');
    const command = `'${path.join(programFolder, 'localport.cjs')}' "$@"`;
    if (isInstalled) script('localport', `exec '${process.execPath}' ${command}`);
    const asApp = path.join(home, 'as-installed-app.cjs');
    writeFileSync(asApp, asInstalledApp);
    const appCommand = path.join(home, 'localport-of-the-app');
    writeFileSync(appCommand, `#!/bin/sh\nexec '${process.execPath}' --require '${asApp}' ${command}\n`, {
      mode: 0o755,
    });
    writeFileSync(path.join(home, '.curlrc'), 'fail-with-body\n');
    const npmFolder = path.join(home, 'npm');
    const folders = [
      path.join(npmFolder, 'bin'),
      bin,
      secrets.binDirectory,
      sshd.binDirectory,
      kube.client.binDirectory,
      path.dirname(process.execPath),
      '/usr/bin',
      '/bin',
    ];
    const env = {
      PATH: folders.join(path.delimiter),
      KUBECONFIG: kube.client.kubeconfigFile,
      EDITOR: 'editor',
      // `npm link` puts a command in the folder of Node, which all tests share.
      npm_config_prefix: npmFolder,
      npm_config_update_notifier: 'false',
    };
    Object.assign(this.user.env, env);
    writeProfile(this.user, { env });
    const [webPort = 0, ...configPorts] = ports;
    this.#configPorts = configPorts;
    this.#standIns = [
      { written: /\bdb:5432\b/g, means: `127.0.0.1:${echo.port}` },
      { written: /\b(?:printer\.local:9100|db\.example\.com:5432)\b/g, means: `127.0.0.1:${web.port}` },
      { written: /(?<=--local-port |localhost:)8080\b/g, means: String(webPort) },
      { written: '/Applications/LocalPort.app/Contents/Resources/bin/localport', means: appCommand },
      { written: '/var/lib/node_exporter', means: home },
      { written: 'npm run migrate', means: 'true' },
      ...(process.platform === 'darwin'
        ? [{ written: '$XDG_RUNTIME_DIR/localport/', means: '$TMPDIR/localport-$UID/' }]
        : []),
    ];
  }

  readonly #configPorts: readonly number[];

  /** Three services that are on, as the examples name them, and no other file of an earlier line. */
  async settle(): Promise<void> {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { home, configFile } = this.user;
    for (const name of ['localport.yaml', 'work'])
      rmSync(path.join(home, name), { recursive: true, force: true });
    mkdirSync(path.dirname(configFile), { recursive: true });
    writeFileSync(configFile, this.configText, { mode: 0o600 });
    await this.user.run('daemon', 'reload');
    await this.user.run('start', '--all', '--wait');
  }

  get configText(): string {
    const { echo, web } = this.#parts.servers;
    const [db, cache, site] = this.#configPorts;
    return `version: '1.0'
services:
  - { name: db, technology: ssh, local_port: ${db}, remote_port: ${echo.port}, tags: [db, backend], connection: { host: bastion, remote_host: 127.0.0.1 } }
  - { name: cache, technology: tcp, local_port: ${cache}, remote_port: ${echo.port}, tags: [cache, backend], connection: { host: 127.0.0.1 } }
  - { name: web, technology: tcp, local_port: ${site}, remote_port: ${web.port}, connection: { host: 127.0.0.1 } }
`;
  }

  /** `line`: as in the page, with its comment. */
  async run(line: string, folder = this.user.home): Promise<LineRun> {
    if (disturbs.test(line)) this.#isSettled = false;
    const text = this.#standIns.reduce((rest, { written, means }) => rest.replaceAll(written, means), line);
    if (/^[A-Z]+=\S+(?: +#.*)?$/.test(text)) this.#assignments += `${text}\n`;
    if (needsTerminal.test(line)) {
      const inTerminal =
        process.platform === 'darwin' ? ['/dev/null', '/bin/sh', '-c', text] : ['-ec', text, '/dev/null'];
      return this.#run(['script', '-q', ...inTerminal], folder);
    }
    const { shell, proof } = startupLines.find(({ start }) => line.startsWith(start)) ?? anyLine;
    const script = `set -o pipefail\n${this.#assignments}${text}\n${proof}`;
    return this.#run([...shell, '-c', script], folder, goesOn.test(line));
  }

  /** Starts a line that keeps running. */
  begin(line: string, folder: string): { readonly ended: Promise<LineRun> } {
    return { ended: this.#run(['bash', '-c', `exec ${line}`], folder) };
  }

  #run(argv: LineStart['argv'], cwd: string, isEndless = false): Promise<LineRun> {
    return runLine({ argv, cwd, env: this.user.env, isEndless });
  }

  /** An answer for ssh that the user wanted to keep. */
  async remember(name: string): Promise<void> {
    this.#parts.secrets.setKeychain(name, 's3cret');
    await new RememberedNames(this.user.stateDirectory, silentLogger).add(name);
  }

  async close(): Promise<void> {
    const { servers, secrets } = this.#parts;
    await this.user.dispose();
    await servers.dispose();
    secrets.dispose();
  }
}

interface StartupLine {
  readonly start: string;
  readonly shell: readonly [string, ...string[]];
  readonly proof: string;
}

interface StandIn {
  readonly written: RegExp | string;
  readonly means: string;
}

interface Parts {
  readonly servers: TestServers;
  readonly secrets: SecretTools;
  readonly programFolder: string;
  readonly isInstalled: boolean;
}

function addApplications(kube: KubeApi, namespace: string): void {
  for (const [name, port] of [
    ['web', 80],
    ['postgres', 5432],
  ] as const) {
    kube.addPod(`${name}-0`, { namespace, labels: { app: name }, ports: [{ name: 'http', port }] });
    kube.addService(name, { namespace, ports: [port] });
    kube.addDeployment(name, { namespace });
  }
}
