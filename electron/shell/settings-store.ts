/** What the user has set in the popover, apart from their config: one small JSON file, mode 0600, replaced as a whole. */
import * as z from 'zod';
import type { Logger } from '../core/observability/logger.ts';
import { writeFileAtomically } from '../core/config/atomic-file.ts';
import { readPrivateFile } from '../core/process/private-file.ts';

const storedSettingsSchema = z
  .object({
    notifications: z.boolean().default(true),
    /** Whether LocalPort looks for updates by itself. */
    updates: z.boolean().default(true),
    /** When it last looked, in epoch ms; null: never. */
    updateCheckedAt: z.number().nullable().default(null),
  })
  .readonly();
export type StoredSettings = z.infer<typeof storedSettingsSchema>;

const defaultSettings: StoredSettings = storedSettingsSchema.parse({});

export class SettingsStore {
  readonly #file: string;
  #settings: StoredSettings;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(file: string, settings: StoredSettings) {
    this.#file = file;
    this.#settings = settings;
  }

  /** A file that cannot be read or understood is logged and counts as none. Its folder has to be there. */
  static load(file: string, log: Logger): SettingsStore {
    const text = readPrivateFile(file);
    if (!text.ok) log.warn(`The settings are not read: ${text.error}.`);
    const stored = text.ok && text.value !== null ? parseSettings(text.value) : defaultSettings;
    if (stored === null) log.warn(`The settings in ${file} cannot be understood; the defaults hold.`);
    return new SettingsStore(file, stored ?? defaultSettings);
  }

  get current(): StoredSettings {
    return this.#settings;
  }

  /** Takes effect at once; resolves when it is on disk. Rejects when the disk refuses it. */
  async change(change: Partial<StoredSettings>): Promise<void> {
    this.#settings = { ...this.#settings, ...change };
    const text = `${JSON.stringify(this.#settings, null, 2)}\n`;
    const write = this.#lastWrite.then(() =>
      writeFileAtomically(this.#file, text, { mode: 0o600, sync: true }),
    );
    this.#lastWrite = write.catch(() => undefined);
    await write;
  }
}

function parseSettings(text: string): StoredSettings | null {
  try {
    return storedSettingsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
