/** Everything that child processes need: the login environment, the guardian, the journal, and one launcher over them. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import type { AppPaths } from '../config/app-paths.ts';
import { removeLeftTemporaries } from '../files/atomic-file.ts';
import type { Logger } from '../observability/logger.ts';
import { GroupLauncher } from '../process/child-launcher.ts';
import { Journal } from '../process/journal.ts';
import { Lifeline } from '../process/lifeline.ts';
import { createLoginEnvironment, type LoginEnvironment } from '../process/login-environment.ts';
import { findLoginShell } from '../process/login-shell.ts';
import { reapLeftovers } from '../process/reaper.ts';
import { endStrays } from '../process/strays.ts';
import { StoppedProcessWatch } from '../process/stopped-process-watch.ts';
import { removeLeftTunnelFiles } from '../files/private-path.ts';

export interface ChildProcessesParts {
  readonly paths: AppPaths;
  readonly processEnv: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Logger;
  /** A child was stopped (SIGSTOP): it is alive but does not answer. */
  readonly onStopped: (pid: number) => void;
}

export class ChildProcesses {
  readonly environment: LoginEnvironment;
  readonly launcher: GroupLauncher;
  readonly #lifeline: Lifeline;
  readonly #journal: Journal;
  readonly #stopped: StoppedProcessWatch;
  readonly #clock: Clock;
  readonly #run = randomUUID();

  private constructor(parts: ChildProcessesParts, journalPath: string) {
    const { paths, processEnv, clock, log, onStopped } = parts;
    this.#clock = clock;
    this.#lifeline = new Lifeline({ clock, log });
    this.#journal = new Journal({ path: journalPath, clock, log });
    this.#stopped = new StoppedProcessWatch({ clock, onStopped });
    const registries = [this.#lifeline, this.#journal, this.#stopped];
    this.environment = createLoginEnvironment({
      processEnv,
      shell: findLoginShell(processEnv),
      cachePath: path.join(paths.stateDirectory, 'login-environment.json'),
      clock,
      log,
      registries,
    });
    this.launcher = new GroupLauncher({
      clock,
      log,
      environment: () => this.environment.current(),
      registries,
      run: this.#run,
    });
  }

  /** Ends the processes that an earlier run left behind. Requires the single-instance lock. */
  static async prepare(parts: ChildProcessesParts): Promise<ChildProcesses> {
    const journalPath = path.join(parts.paths.stateDirectory, 'journal.json');
    const processes = new ChildProcesses(parts, journalPath);
    await reapLeftovers(journalPath, { ...parts, registries: [processes.#lifeline, processes.#journal] });
    await removeLeftTunnelFiles(parts.paths.runtimeDirectory);
    await removeLeftTemporaries(parts.paths.stateDirectory);
    return processes;
  }

  /** Finds processes that have left the groups of children, one sentence each; ends those of commands. Never rejects. */
  endStrays(): Promise<readonly string[]> {
    const groups = new Set(this.launcher.alive().map(({ pid }) => pid));
    return endStrays(this.#run, groups, this.#clock);
  }

  /** Kills the children that are still alive, then closes the guardian and the journal. */
  async close(): Promise<void> {
    this.#stopped.close();
    await this.launcher.close();
    await Promise.all([this.#lifeline.close(), this.#journal.close()]);
  }
}
