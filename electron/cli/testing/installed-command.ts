/** The command and the daemon as installed, bundled, each run in its own home folder. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { userEnvironment, userPaths } from '../../core/testing/user-home.ts';
import { bundleDaemon, bundleProgram } from '../../core/process/testing/bundled-program.ts';

export interface Ran {
  readonly code: number | string | null;
  readonly out: string;
  readonly err: string;
}

const runTimeoutMs = 25_000;

/** Bundles both into a new folder. Returns it. */
export function installCommand(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lp-program-'));
  installInto(folder);
  return folder;
}

/** The same in place of the existing one, as an update does it. */
export function installInto(folder: string, version?: string): void {
  bundleProgram(path.join(import.meta.dirname, '../localport.ts'), folder, 'localport', version);
  bundleDaemon(folder, 'daemon', version);
  cpSync(path.join(import.meta.dirname, '../../docs'), path.join(folder, 'docs'), { recursive: true });
}

/** A user of the command. */
export class CommandUser {
  readonly home = mkdtempSync(path.join(tmpdir(), 'lp-'));
  readonly env: NodeJS.ProcessEnv;
  readonly #program: string;

  constructor(programFolder: string, env: NodeJS.ProcessEnv = {}) {
    this.#program = path.join(programFolder, 'localport.cjs');
    mkdirSync(path.join(this.home, 'run'), { mode: 0o700 });
    this.env = { ...userEnvironment(this.home, path.join(this.home, 'run')), ...env };
  }

  get configFile(): string {
    return path.join(this.home, '.config/localport/config.yaml');
  }

  get stateDirectory(): string {
    return userPaths(this.env).stateDirectory;
  }

  /** `services`: entries in YAML's flow style. */
  writeConfig(...services: readonly string[]): void {
    mkdirSync(path.dirname(this.configFile), { recursive: true });
    const entries = services.map((service) => `  - { ${service} }\n`).join('');
    writeFileSync(this.configFile, `version: "1.0"\nservices:\n${entries}`, { mode: 0o600 });
  }

  run(...args: readonly string[]): Promise<Ran> {
    return this.runIn(this.home, ...args);
  }

  runIn(folder: string, ...args: readonly string[]): Promise<Ran> {
    return new Promise((resolve) => {
      const options = { cwd: folder, env: this.env, timeout: runTimeoutMs };
      execFile(process.execPath, [this.#program, ...args], options, (error, out, err) => {
        resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), out, err });
      });
    });
  }

  /** For commands that run until they are ended. */
  begin(...args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [this.#program, ...args], {
      cwd: this.home,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Stops the host, if one is running, and removes the home. */
  async dispose(): Promise<void> {
    await this.run('daemon', 'stop', '--force');
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
  }
}
