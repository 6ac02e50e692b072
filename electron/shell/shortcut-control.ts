/** The global shortcut: one at a time, and what the system said of it. */

/** Electron's `globalShortcut`, as far as it is used. `register` throws on what is no accelerator. */
export interface ShortcutRegistry {
  register(accelerator: string, callback: () => void): boolean;
  unregister(accelerator: string): void;
}

export class ShortcutControl {
  readonly #registry: ShortcutRegistry;
  readonly #onPress: () => void;
  #used: string | null = null;
  #isRefused = false;

  constructor(registry: ShortcutRegistry, onPress: () => void) {
    this.#registry = registry;
    this.#onPress = onPress;
  }

  /** Another program has it, or it is none. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** In place of the one before; null: none. */
  use(accelerator: string | null): void {
    if (this.#used !== null) this.#registry.unregister(this.#used);
    this.#used = null;
    this.#isRefused = accelerator !== null && !this.#register(accelerator);
    if (accelerator !== null && !this.#isRefused) this.#used = accelerator;
  }

  #register(accelerator: string): boolean {
    try {
      return this.#registry.register(accelerator, this.#onPress);
    } catch {
      return false;
    }
  }
}
