import type { LogStore } from '../observability/log-store.ts';

const maxFound = 200;

/** The values that logs and causes must not show: those in the config, and those that the config refers to. */
export class HiddenValues {
  readonly #logs: Pick<LogStore, 'setSecrets'>;
  #ofConfig: readonly string[] = [];
  /** The newest last. Former values stay hidden: a program may still print them. */
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
    // The log store limits their number: values that were read come first.
    this.#logs.setSecrets([...this.#found, ...this.#ofConfig]);
  }
}
