/** Events of the machine: sleep and wake, network changes, new credentials, the environment of the login shell. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { TaskManager } from '../lifecycle/task-manager.ts';
import type { Logger } from '../observability/logger.ts';
import type { LoginEnvironment } from '../process/login-environment.ts';
import type { Scope } from '../scope.ts';
import type { CredentialConcern } from '../wake/credential-files.ts';
import { watchCredentials } from '../wake/credential-watcher.ts';
import { readNetworkState } from '../wake/default-route.ts';
import { networkAddresses } from '../wake/network-addresses.ts';
import { steadyInterfaces } from '../wake/network-interfaces.ts';
import { WakeMonitor, type WakeEvent } from '../wake/wake-monitor.ts';

/** `credentials`: credentials, variables or programs that were missing may be there now. */
export type MachineEvent = WakeEvent | { readonly kind: 'credentials'; readonly concerns: CredentialConcern };

export interface MachineWatchParts {
  /** Owns everything that runs here. Anything that starts after the scope has closed is closed at once. */
  readonly scope: Scope;
  readonly clock: Clock;
  readonly log: Logger;
  readonly homeDirectory: string;
  readonly environment: LoginEnvironment;
  readonly tasks: TaskManager;
  readonly onEvent: (event: MachineEvent) => void;
}

const networkInterfaces = steadyInterfaces();

/** Whether this computer has an address on any network. */
export const isOnline = (): boolean => networkAddresses(networkInterfaces()).length > 0;

/** Runs from its creation until its scope closes. */
export class MachineWatch {
  readonly #parts: MachineWatchParts;
  readonly #wake: WakeMonitor;
  #stopWatchingCredentials: () => Promise<void> = () => Promise.resolve();
  /** The kubeconfigs that services name. */
  #kubeconfigs: readonly string[] = [];

  constructor(parts: MachineWatchParts) {
    const { clock, log, tasks, onEvent, scope } = parts;
    this.#parts = parts;
    this.#wake = new WakeMonitor({
      clock,
      log,
      readNetwork: () => readNetworkState(networkInterfaces()),
      onEvent,
    });
    scope.own('wake monitor', () => {
      this.#wake.close();
    });
    this.#watchCredentials();
    tasks.run('login environment', async (signal) => {
      await this.#captureEnvironment(signal);
    });
  }

  /** Sets the kubeconfigs that services name, in addition to those of the environment. */
  watchKubeconfigs(files: readonly string[]): void {
    if (isDeepStrictEqual(files, this.#kubeconfigs)) return;
    this.#kubeconfigs = files;
    this.#watchCredentials();
  }

  /** For the system's own event, which may come twice or late. */
  suspend(): void {
    this.#wake.suspend();
  }

  /** For the system's own event, which may come twice or not at all. */
  resume(): void {
    this.#wake.resume();
  }

  /** Reads the environment of the login shell again, for up to 20 s. Resolves to whether the shell has answered. */
  async refreshEnvironment(): Promise<boolean> {
    let hasAnswered = false;
    const task = this.#parts.tasks.run('login environment, asked for', async (signal) => {
      hasAnswered = await this.#captureEnvironment(signal);
    });
    await task.ended;
    return hasAnswered;
  }

  async #captureEnvironment(signal: AbortSignal): Promise<boolean> {
    if ((await this.#parts.environment.capture(signal)) !== 'captured' || signal.aborted) return false;
    if (this.#parts.scope.isClosed) return false;
    this.#watchCredentials();
    this.#parts.onEvent({ kind: 'credentials', concerns: 'all' });
    return true;
  }

  /** Starts to watch again, with the folders that exist now and the kubeconfigs that the environment names now. */
  #watchCredentials(): void {
    const { clock, log, homeDirectory, environment, onEvent, scope } = this.#parts;
    const kubeconfigs = environment.current()['KUBECONFIG'] ?? '';
    void this.#stopWatchingCredentials();
    const stop = watchCredentials({
      homeDirectory,
      kubeconfigs: [...new Set([...kubeconfigs.split(path.delimiter).filter(Boolean), ...this.#kubeconfigs])],
      clock,
      log,
      onChange: (concerns) => {
        onEvent({ kind: 'credentials', concerns });
      },
    });
    this.#stopWatchingCredentials = scope.own('credential watcher', stop);
  }
}
