/**
 * Services on and off, and tried again, as the user, the command and the clock ask for it. Invariants:
 *   1. Who asks for a service allows its secrets; the clock, for which nobody is there to be asked, does not.
 *   2. A service with `auto_off` that is turned on gets its time anew, whoever turned it on.
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
import { Pauses } from './pauses.ts';
import { holderOf } from './port-choice.ts';

export interface ServiceSwitchParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly desired: DesiredStore;
  readonly localPorts: LocalPorts;
  readonly forwarding: Forwarding;
  /** What was missing, a key file say, may be there by now. */
  readonly reloadConfig: () => Promise<void>;
  /** Something in the snapshot changed. */
  readonly onChange: () => void;
}

export class ServiceSwitch {
  readonly #parts: ServiceSwitchParts;
  readonly #pauses: Pauses;

  constructor(parts: ServiceSwitchParts) {
    this.#parts = parts;
    this.#pauses = new Pauses({
      clock: parts.clock,
      store: parts.desired,
      onOver: (name, chosen) => {
        this.#endTime(name, chosen);
      },
    });
  }

  /** Turns what became due while nobody looked: before the start, after a sleep. */
  checkTimes(): void {
    this.#pauses.check();
  }

  close(): void {
    this.#pauses.close();
  }

  /**
   * Resolves when it is on its way. `until`: off only until then, in epoch ms; what is off already for no certain time stays
   * so.
   */
  async set(name: string, desired: Desired, until?: number): Promise<void> {
    const { desired: store, forwarding } = this.#parts;
    const isPausable =
      store.passing().get(name)?.desired === 'off' || this.#serviceOf(name)?.desired === 'on';
    if (desired === 'on') forwarding.allowSecrets([name]);
    await this.#parts.localPorts.setDesired(name, desired);
    if (desired === 'off' && until !== undefined && isPausable) store.set(name, 'off', until);
    this.#settle(name, desired);
    // It may be on already, and wait for somebody to ask for it.
    if (desired === 'on' && this.#serviceOf(name)?.cause?.code === 'secret-not-read')
      forwarding.supervisor.retry(name);
  }

  /** null: every service. */
  async setTag(tag: string | null, desired: Desired, until?: number): Promise<void> {
    const meant = this.#services().filter(({ tags }) => tag === null || tags.includes(tag));
    await Promise.all(meant.map(({ name }) => this.set(name, desired, until)));
  }

  /** Turns one service on at another local port, for this run. The result is the port, or a sentence: why not. */
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

  /** Asks for each of these services, with the config as it is now. */
  async ask(how: 'retry' | 'restart' | 'forceRetry', names: readonly string[]): Promise<void> {
    const { forwarding, reloadConfig } = this.#parts;
    await reloadConfig();
    forwarding.allowSecrets(names);
    for (const name of names) forwarding.supervisor[how](name);
  }

  /** Moves services that are on to kubectl's current context; those that are on it stay untouched. */
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

  /** After a choice: gives a service its time by `auto_off`, and looks what is due next. */
  #settle(name: string, desired: Desired): void {
    const { clock, desired: store, onChange } = this.#parts;
    const service = this.#serviceOf(name);
    if (desired === 'on' && service?.desired === 'on' && service.autoOffMs !== undefined)
      store.set(name, 'on', clock.wallNow() + service.autoOffMs);
    this.#pauses.check();
    onChange();
  }

  /** Another service may have its port by now: then it stays off. */
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
