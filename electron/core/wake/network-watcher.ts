import { networkAddresses, type NetworkInterfaces } from './network-addresses.ts';

/** Notices that this computer joined, left or changed a network. Its owner calls `tick` every few seconds. */
export class NetworkWatcher {
  readonly #interfaces: () => NetworkInterfaces;
  readonly #onChanged: () => void;
  #addresses: readonly string[];

  /** `interfaces` is `os.networkInterfaces`. */
  constructor(interfaces: () => NetworkInterfaces, onChanged: () => void) {
    this.#interfaces = interfaces;
    this.#onChanged = onChanged;
    this.#addresses = networkAddresses(interfaces());
  }

  /** Whether there was a network when it last looked. */
  get hadNetwork(): boolean {
    return this.#addresses.length > 0;
  }

  tick(): void {
    if (this.accept()) this.#onChanged();
  }

  /** Takes the present network as the known one without telling anybody. True when it is another than before. */
  accept(): boolean {
    const before = this.#addresses.join('\n');
    this.#addresses = networkAddresses(this.#interfaces());
    return this.#addresses.join('\n') !== before;
  }
}
