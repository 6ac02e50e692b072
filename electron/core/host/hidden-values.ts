import type { LogStore } from '../observability/log-store.ts';

const maxFound = 200;

/** The values that no log and no cause shows: those of the config, and those read from where the config says. */
export class HiddenValues {
  readonly #logs: Pick<LogStore, 'setSecrets'>;
  #ofConfig: readonly string[] = [];
  /** The newest last. A former one stays hidden: a program may still print it. */
  #found: readonly string[] = [];

  constructor(logs: Pick<LogStore, 'setSecrets'>) {
    this.#logs = logs;
  }

  setOfConfig(values: readonly string[]): void {
    this.#ofConfig = values;
    this.#tell();
  }

  add(value: string): void {
    if (this.#found.includes(value)) return;
    this.#found = [...this.#found, value].slice(-maxFound);
    this.#tell();
  }

  #tell(): void {
    // The log store bounds their number: those found come first.
    this.#logs.setSecrets([...this.#found, ...this.#ofConfig]);
  }
}
