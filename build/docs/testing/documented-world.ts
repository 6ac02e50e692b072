/**
 * A new user: an empty home, and the hosts, clusters and programs that the documentation names. `bastion` and the kube
 * contexts are there as a user has them. An address or port that a test cannot have is replaced in the command line.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installCommand, CommandUser } from '../../../electron/cli/testing/installed-command.ts';
import { startHttpServer, type HttpServer } from '../../../electron/cli/testing/http-server.ts';
import { startKubeApi, type KubeApi } from '../../../e2e/fixtures/kube-api.ts';
import { createSecretTools, type SecretTools } from '../../../e2e/fixtures/secret-tools.ts';
import { freePort, startEchoServer, type FixtureServer } from '../../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../../e2e/fixtures/sshd.ts';

export interface LineRun {
  /** null: ended by a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const lineTimeoutMs = 60_000;

/** These go on until Ctrl-C, which comes once they have printed something. */
const goesOn = /--watch\b|--follow\b|\blogs\b.* -f\b|--foreground\b|--no-buffer\b|\/watch\b/;

export class DocumentedWorld {
  readonly user: CommandUser;
  readonly #parts: Parts;
  readonly #standIns: readonly StandIn[];
  /** Variables that earlier lines have set. */
  #assignments = '';

  static async open(): Promise<DocumentedWorld> {
    const [sshd, kube, echo, web] = await Promise.all([
      startSshd(),
      startKubeApi(),
      startEchoServer(),
      startHttpServer(),
    ]);
    await sshd.trust();
    const { host, port, user } = sshd;
    await sshd.client.addConfig(
      `Host bastion example.com\n  HostName ${host}\n  HostKeyAlias [${host}]:${port}\n  Port ${port}\n  User ${user}\n`,
    );
    await kube.client.change((config) => {
      const [context] = config.contexts;
      for (const name of ['prod', 'staging']) config.contexts.push({ ...context!, name });
    });
    kube.setTarget(80, { host: '127.0.0.1', port: web.port });
    kube.setTarget(5432, echo);
    for (const namespace of ['default', 'shop', 'db']) addApplications(kube, namespace);
    const parts = { sshd, kube, echo, web, secrets: createSecretTools(), programFolder: installCommand() };
    return new DocumentedWorld(parts, await freePort());
  }

  private constructor(parts: Parts, webPort: number) {
    this.#parts = parts;
    const { sshd, kube, secrets, programFolder, echo, web } = parts;
    const ownBin = path.join(programFolder, 'bin');
    this.user = new CommandUser(programFolder);
    mkdirSync(ownBin);
    // Stand for a systemd, an editor, a password manager, and the user's own programs, which do what they are told.
    for (const name of ['systemctl', 'pass', 'my-tunnel', 'editor'])
      writeFileSync(path.join(ownBin, name), '#!/bin/sh\necho s3cret\n', { mode: 0o755 });
    const programs = { localport: 'exec', npx: 'shift; exec' };
    for (const [name, start] of Object.entries(programs))
      writeFileSync(
        path.join(ownBin, name),
        `#!/bin/sh\n${start} '${process.execPath}' '${path.join(programFolder, 'localport.cjs')}' "$@"\n`,
        { mode: 0o755 },
      );
    const folders = [ownBin, secrets.binDirectory, sshd.binDirectory, kube.client.binDirectory];
    const env = {
      PATH: [...folders, path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
      KUBECONFIG: kube.client.kubeconfigFile,
      EDITOR: 'editor',
    };
    Object.assign(this.user.env, env);
    // A login shell sets PATH anew.
    const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
    writeFileSync(path.join(this.user.home, '.profile'), lines.join(''));
    this.#standIns = [
      { written: /\bdb:5432\b/g, means: `127.0.0.1:${echo.port}` },
      { written: /\b(?:printer\.local:9100|db\.example\.com:5432)\b/g, means: `127.0.0.1:${web.port}` },
      { written: /(?<=--local-port |localhost:)8080\b/g, means: String(webPort) },
    ];
  }

  /** `line`: as the page has it, with its comment. */
  async run(line: string, folder = this.user.home): Promise<LineRun> {
    const text = this.#standIns.reduce((rest, { written, means }) => rest.replaceAll(written, means), line);
    if (/^[A-Z]+=\S+(?: +#.*)?$/.test(text)) this.#assignments += `${text}\n`;
    return this.#runShell(`${this.#assignments}${text}`, folder);
  }

  #runShell(script: string, cwd: string): Promise<LineRun> {
    return new Promise((resolve, reject) => {
      const child = spawn('/bin/bash', ['-c', `set -o pipefail\n${script}`], {
        cwd,
        env: this.user.env,
        detached: true,
        stdio: 'pipe',
      });
      const interrupt = (): void => {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
      };
      const timeout = setTimeout(interrupt, lineTimeoutMs);
      let [out, err] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        if (goesOn.test(script)) interrupt();
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.stdin.on('error', () => undefined).end('s3cret\n');
      child.once('error', reject).once('close', (code) => {
        clearTimeout(timeout);
        resolve({ code: code === 130 && goesOn.test(script) ? 0 : code, out, err });
      });
    });
  }

  async close(): Promise<void> {
    const { sshd, kube, echo, web, secrets } = this.#parts;
    await this.user.dispose();
    await Promise.all([sshd.dispose(), kube.dispose(), echo.stop(), web.stop()]);
    secrets.dispose();
  }
}

interface StandIn {
  readonly written: RegExp;
  readonly means: string;
}

interface Parts {
  readonly sshd: Sshd;
  readonly kube: KubeApi;
  readonly echo: FixtureServer;
  readonly web: HttpServer;
  readonly secrets: SecretTools;
  readonly programFolder: string;
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
