/** The built command and its daemon, run from dist/ by node as `npx localport` runs it, in their own home folder. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { CommandUser } from '../../electron/cli/testing/installed-command.ts';
import { systemClock } from '../../electron/core/clock.ts';
import { connectControl, type ControlClient } from '../../electron/core/control/control-client.ts';
import { controlSocketPath } from '../../electron/core/control/control-paths.ts';
import { userEnvironment, userPaths } from '../../electron/core/testing/user-home.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { eventually } from '../fixtures/eventually.ts';
import { findLeftovers } from '../fixtures/leftovers.ts';
import { isCalm } from './app-state.ts';
import { secondsSince } from './figure.ts';

const distFolder = path.resolve(import.meta.dirname, '../../dist');
const upDeadlineMs = 40_000;
const cleanDeadlineMs = 5_000;
/** It may be busy with a hundred tunnels. */
const connectTimeoutMs = 20_000;
const markName = 'LOCALPORT_TEST_RUN';

export interface InstalledDaemonOptions {
  /** YAML. */
  readonly config: string;
  /** Its local ports: free again after a stop. */
  readonly ports: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface SeenServices {
  /** Process ID of the daemon. */
  readonly pid: number;
  /** In the order of the config. */
  readonly services: readonly ServiceSnapshot[];
}

/** Belongs to the scope, which ends the daemon if it still runs and removes the home. */
export class InstalledDaemon {
  readonly #user: CommandUser;
  readonly #mark = randomUUID();
  readonly #ports: readonly number[];

  constructor(scope: Scope, { config, ports, env }: InstalledDaemonOptions) {
    this.#ports = ports;
    this.#user = new CommandUser(distFolder, { ...env, [markName]: this.#mark });
    scope.own('daemon', () => this.#user.dispose());
    mkdirSync(path.dirname(this.#user.configFile), { recursive: true });
    writeFileSync(this.#user.configFile, config, { mode: 0o600 });
  }

  get home(): string {
    return this.#user.home;
  }

  /** Runs the command, which must succeed. Returns the time from its start to its exit, in s. */
  async run(...args: readonly string[]): Promise<number> {
    const startedAt = performance.now();
    const { code, out, err } = await this.#user.run(...args);
    const seconds = secondsSince(startedAt);
    if (code !== 0) throw new Error(`localport ${args.join(' ')} ended with ${code}: ${out}${err}`);
    return seconds;
  }

  /** Resolves once all services are in this state. */
  async until(what: string, accepts: (service: ServiceSnapshot) => boolean): Promise<SeenServices> {
    const client = await this.#connect();
    const signal = AbortSignal.timeout(upDeadlineMs);
    const seen = new AbortController();
    let latest: readonly ServiceSnapshot[] = [];
    await client.stream(
      'watch-snapshot',
      { live: false },
      {
        onEvent: ({ services }) => {
          latest = services;
          if (services.length === this.#ports.length && services.every(accepts)) seen.abort();
        },
        signal: AbortSignal.any([signal, seen.signal]),
      },
    );
    client.close();
    if (!seen.signal.aborted) throw new Error(`not all services are ${what}: ${JSON.stringify(latest)}`);
    return { pid: client.host.pid, services: latest };
  }

  /** Returns the pid of the daemon. */
  async untilHealthy(): Promise<number> {
    return (await this.until('healthy', ({ health }) => health === 'healthy')).pid;
  }

  /** They are up, checked or not, and past failures are cleared. */
  untilCalm(): Promise<SeenServices> {
    return this.until('calm', isCalm);
  }

  /** Stops it by the command. Returns the time, in s; fails if a process, port, or socket is left. */
  async stop(): Promise<number> {
    const seconds = await this.run('daemon', 'stop');
    const query = { mark: `${markName}=${this.#mark}`, folder: this.home, ports: this.#ports };
    await eventually(
      'nothing is left',
      async () => {
        const leftovers = await findLeftovers(query);
        if (leftovers.length > 0) throw new Error(leftovers.join('\n'));
        return true;
      },
      cleanDeadlineMs,
    );
    return seconds;
  }

  async #connect(): Promise<ControlClient> {
    const socketPath = controlSocketPath(userPaths(userEnvironment(this.home, path.join(this.home, 'run'))));
    const client = await connectControl({
      socketPath,
      clock: systemClock,
      version: 'bench',
      connectTimeoutMs,
    });
    if (!client.ok) throw new Error(client.error.message);
    return client.value;
  }
}

/** The memory of a process, including the pages that it shares with others, in MB of 1,000,000 bytes. */
export async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return (Number(stdout) * 1_024) / 1_000_000;
}
