/** Opens and closes the local port of one service. The two never overlap: each waits for the one before. */
import type { ServicePort } from '../relay/service-port.ts';
import type { ForwardEvent } from './forward-state.ts';

export class PortDoor {
  readonly #port: ServicePort;
  readonly #tell: (event: ForwardEvent) => void;
  #work: Promise<void> = Promise.resolve();
  #isOpening = false;
  #addresses: readonly string[] = [];

  constructor(port: ServicePort, tell: (event: ForwardEvent) => void) {
    this.#port = port;
    this.#tell = tell;
  }

  /** Where it is open; empty while it is not. */
  get addresses(): readonly string[] {
    return this.#addresses;
  }

  /** Tells `port-opened` or `port-failed`. Nothing new when it is being opened already. */
  open(): void {
    if (this.#isOpening) return;
    this.#isOpening = true;
    this.#work = this.#work.then(async () => {
      const result = await this.#port.open();
      this.#isOpening = false;
      this.#addresses = result.ok ? result.value : [];
      this.#tell(result.ok ? { type: 'port-opened' } : { type: 'port-failed', cause: result.error });
    });
  }

  /** Tells `port-closed`. */
  close(): void {
    this.#work = this.#work.then(async () => {
      await this.#port.close();
      this.#addresses = [];
      this.#tell({ type: 'port-closed' });
    });
  }
}
