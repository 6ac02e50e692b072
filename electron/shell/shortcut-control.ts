/** The global shortcut: at most one, and whether the system accepted it. */

/** The used part of Electron's `globalShortcut`. `register` throws if the text is not an accelerator. */
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

  /** Another program is using it, or it is not an accelerator. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Replaces the previous shortcut; null: none. */
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
