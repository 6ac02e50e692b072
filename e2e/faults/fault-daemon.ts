/**
 * The headless daemon, dist/daemon.cjs, on the user's machine, with its own home; and its reports about its services.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { systemClock } from '../../electron/core/clock.ts';
import { connectControl, type ControlClient } from '../../electron/core/control/control-client.ts';
import { eventually } from '../fixtures/eventually.ts';
import { nowMs } from './monotonic.ts';
import type { Prefix } from './user-machine.ts';
import { Timeline } from './timeline.ts';

/** A test uses its own daemon. */
const program =
  process.env['LOCALPORT_FAULTS_DAEMON'] ?? path.resolve(import.meta.dirname, '../../dist/daemon.cjs');
/** It may be busy with a hundred tunnels. */
const connectTimeoutMs = 20_000;
const askTimeoutMs = 5_000;

export interface DaemonOptions {
  /** YAML. */
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command on the user's machine. */
  readonly prefix: Prefix;
}

export class FaultDaemon {
  readonly home = mkdtempSync(path.join(os.tmpdir(), 'home-'));
  readonly #prefix: Prefix;
  readonly #env: Readonly<Record<string, string>>;
  readonly #timelines = new Map<string, Timeline>();
  #child: ChildProcess | null = null;
  #client: ControlClient | null = null;
  #latest: Snapshot | null = null;

  constructor({ config, env, prefix }: DaemonOptions) {
    this.#prefix = prefix;
    this.#env = env;
    mkdirSync(path.join(this.home, 'run'), { mode: 0o700 });
    mkdirSync(path.dirname(this.configFile), { recursive: true });
    mkdirSync(this.stateDirectory, { recursive: true, mode: 0o700 });
    this.writeConfig(config);
    writeProfile(this, { env });
  }

  get configFile(): string {
    return path.join(this.home, '.config/localport/config.yaml');
  }

  get stateDirectory(): string {
    return path.join(this.home, '.local/state/localport');
  }

  get #outputFile(): string {
    return path.join(this.home, 'daemon.out');
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get latest(): Snapshot | null {
    return this.#latest;
  }

  writeConfig(text: string): void {
    writeFileSync(this.configFile, text, { mode: 0o600 });
  }

  /** Starts it and follows its reports. `wrapper` is put before its command. */
  async start(...wrapper: readonly string[]): Promise<void> {
    const [file, ...args] = [...this.#prefix, ...wrapper, process.execPath, program];
    const output = openSync(this.#outputFile, 'a');
    this.#child = spawn(file, args, {
      cwd: this.home,
      env: {
        HOME: this.home,
        SHELL: '/bin/sh',
        XDG_RUNTIME_DIR: path.join(this.home, 'run'),
        TMPDIR: os.tmpdir(),
        ...this.#env,
      },
      stdio: ['ignore', output, output],
      detached: true,
    });
    closeSync(output);
    await this.#follow();
  }

  /** Asks over a separate connection, as the command does. Returns why there was no answer. */
  async ask(): Promise<string | null> {
    const connected = await this.#connect(askTimeoutMs);
    if (!connected.ok) return connected.error.message;
    const answer = await connected.value.request('snapshot', {}, askTimeoutMs);
    connected.value.close();
    return answer.ok ? null : answer.error.message;
  }

  async #follow(): Promise<void> {
    let client: ControlClient | null = null;
    const isConnected = async (): Promise<boolean> => {
      const connected = await this.#connect(connectTimeoutMs);
      client = connected.ok ? connected.value : null;
      return connected.ok;
    };
    await eventually('the daemon answers', isConnected, connectTimeoutMs);
    this.#client = client;
    const onEvent = (snapshot: Snapshot): void => {
      this.#take(snapshot);
    };
    void this.#client!.stream('watch-snapshot', { live: false }, { onEvent });
  }

  #connect(timeoutMs: number): ReturnType<typeof connectControl> {
    const socketPath = path.join(this.home, 'run/localport/control.sock');
    return connectControl({ socketPath, clock: systemClock, version: 'bench', connectTimeoutMs: timeoutMs });
  }

  timeline(name: string): Timeline {
    const known = this.#timelines.get(name);
    if (known !== undefined) return known;
    const timeline = new Timeline();
    this.#timelines.set(name, timeline);
    return timeline;
  }

  service(name: string): ServiceSnapshot {
    const { latest } = this.timeline(name);
    if (latest === null) throw new Error(`no service ${name}`);
    return latest;
  }

  /** For faults of the daemon itself. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Its output, for a row that could not be measured. */
  get output(): string {
    return readFileSync(this.#outputFile, 'utf8');
  }

  /** Its next report replaces all earlier ones. */
  forget(): void {
    this.#timelines.clear();
    this.#latest = null;
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child!;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      this.signal(signal);
      await exited;
    }
    this.#client?.close();
    this.forget();
  }

  #take(snapshot: Snapshot): void {
    const at = nowMs();
    this.#latest = snapshot;
    for (const service of snapshot.services) this.timeline(service.name).add({ at, service });
  }
}
