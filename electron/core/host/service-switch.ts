/**
 * Turns services on and off and retries them, for the user, the command and timers. Invariants:
 *   1. A user who asks for a service allows access to its secrets; a timer does not, since nobody may be there to answer.
 *   2. A service with `auto_off` gets its full time whenever it is turned on, by the user or by a timer.
 */
import type { PortChoice } from '../../../shared/control-contract.ts';
import type { Result } from '../../../shared/result.ts';
import type { Desired, ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { DesiredStore } from '../config/desired-store.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';
import type { Forwarding } from './forwarding.ts';
import type { LocalPorts } from './local-ports.ts';
import { SwitchTimer } from './switch-timer.ts';
import { holderOf } from './port-choice.ts';

export interface ServiceSwitchParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly desired: DesiredStore;
  readonly localPorts: LocalPorts;
  readonly forwarding: Forwarding;
  /** A missing file, such as a key, may exist by now. */
  readonly reloadConfig: () => Promise<void>;
  /** Something in the snapshot changed. */
  readonly onChange: () => void;
}

export class ServiceSwitch {
  readonly #parts: ServiceSwitchParts;
  readonly #timer: SwitchTimer;

  constructor(parts: ServiceSwitchParts) {
    this.#parts = parts;
    this.#timer = new SwitchTimer({
      clock: parts.clock,
      store: parts.desired,
      onOver: (name, chosen) => {
        this.#endTime(name, chosen);
      },
    });
  }

  /** Turns the services whose time passed unnoticed: before the start, after a sleep. */
  checkTimes(): void {
    this.#timer.check();
  }

  close(): void {
    this.#timer.close();
  }

  /**
   * Resolves when the change has started. `until`: off only until then, in epoch ms; a service that is already off
   * indefinitely stays off.
   */
  async set(name: string, desired: Desired, until?: number): Promise<void> {
    const { desired: store, forwarding } = this.#parts;
    const isPausable =
      store.passing().get(name)?.desired === 'off' || this.#serviceOf(name)?.desired === 'on';
    if (desired === 'on') forwarding.allowSecrets([name]);
    await this.#parts.localPorts.setDesired(name, desired);
    if (desired === 'off' && until !== undefined && isPausable) store.set(name, 'off', until);
    this.#settle(name, desired);
    // It may already be on, and wait for the user to ask for it.
    if (desired === 'on' && this.#serviceOf(name)?.cause?.code === 'secret-not-read')
      forwarding.supervisor.retry(name);
  }

  /** null: every service. */
  async setTag(tag: string | null, desired: Desired, until?: number): Promise<void> {
    const meant = this.#services().filter(({ tags }) => tag === null || tags.includes(tag));
    await Promise.all(meant.map(({ name }) => this.set(name, desired, until)));
  }

  /** Turns one service on at another local port, for this run. The result is the port; the error is a sentence. */
  async turnOnAt(name: string, wanted: PortChoice): Promise<Result<number, string>> {
    this.#parts.forwarding.allowSecrets([name]);
    const turnedOn = await this.#parts.localPorts.turnOnAt(name, wanted);
    this.#settle(name, 'on');
    return turnedOn;
  }

  /** The service that must be off before this one can be turned on; null: none. */
  holderOf(name: string): string | null {
    return holderOf(name, this.#services());
  }

  /** Retries or restarts each of these services, with the current config. */
  async ask(how: 'retry' | 'restart' | 'forceRetry', names: readonly string[]): Promise<void> {
    const { forwarding, reloadConfig } = this.#parts;
    await reloadConfig();
    forwarding.allowSecrets(names);
    for (const name of names) forwarding.supervisor[how](name);
  }

  /** Moves services to kubectl's current context; those that already use it stay untouched. */
  useCurrentContext(names: readonly string[]): void {
    const stayed = this.#services().filter(({ otherContext }) => otherContext !== undefined);
    for (const { name } of stayed)
      if (names.includes(name)) this.#parts.forwarding.supervisor.useCurrentContext(name);
  }

  #services(): readonly ServiceSnapshot[] {
    return this.#parts.forwarding.supervisor.snapshot();
  }

  #serviceOf(name: string): ServiceSnapshot | undefined {
    return this.#services().find((service) => service.name === name);
  }

  /** After a choice: sets the time of `auto_off`, and checks what is due next. */
  #settle(name: string, desired: Desired): void {
    const { clock, desired: store, onChange } = this.#parts;
    const service = this.#serviceOf(name);
    if (desired === 'on' && service?.desired === 'on' && service.autoOffMs !== undefined)
      store.set(name, 'on', clock.wallNow() + service.autoOffMs);
    this.#timer.check();
    onChange();
  }

  /** If another service has its port by now, the service stays off. */
  #endTime(name: string, desired: Desired): void {
    const { log, desired: store, localPorts } = this.#parts;
    log.info(`${name}: its time is over, and it is turned ${desired}`);
    const holder = desired === 'on' ? this.holderOf(name) : null;
    if (holder !== null) {
      log.warn(`${name} stays off: the service ${holder} has its port`);
      store.set(name, 'off');
      return;
    }
    void localPorts
      .setDesired(name, desired)
      .then(() => {
        this.#settle(name, desired);
      })
      .catch((error: unknown) => {
        log.error(`${name} could not be turned ${desired}: ${errorMessage(error)}`);
      });
  }
}
