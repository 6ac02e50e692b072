/** Settings made in the popover, separate from the config: one small JSON file, mode 0600, replaced as a whole. */
import * as z from 'zod';
import type { Logger } from '../core/observability/logger.ts';
import { writeFileAtomically } from '../core/files/atomic-file.ts';
import { newHoldSchema } from '../../shared/ipc-contract.ts';
import { NewerStateError, upToDate, type Upgrade } from '../core/files/state-version.ts';
import { readPrivateFile } from '../core/files/private-file.ts';

/** Files of version 0 have no version field. */
const upgrades: readonly Upgrade[] = [(content) => ({ ...content, version: 1 })];
const version = upgrades.length;

const storedSettingsSchema = z
  .object({
    notifications: z.boolean().default(true),
    recoveryNotices: z.boolean().default(true),
    /** In Electron's format; null: none. */
    shortcut: z.string().max(100).nullable().default(null),
    /** The `hold` of forwards added in the form. */
    newHold: newHoldSchema.default(''),
    /** Whether they have `on_demand`. */
    newOnDemand: z.boolean().default(false),
    /** Titles of groups that are collapsed in the popover. */
    folded: z.array(z.string().max(200)).max(1_000).readonly().default([]),
    /** Whether LocalPort checks for updates automatically. */
    updates: z.boolean().default(true),
    /** When it last checked, in epoch ms; null: never. */
    updateCheckedAt: z.number().nullable().default(null),
  })
  .readonly();
export type StoredSettings = z.infer<typeof storedSettingsSchema>;

const defaultSettings: StoredSettings = storedSettingsSchema.parse({});

export class SettingsStore {
  /** null: the file is from a newer LocalPort, and changes apply to this run only. */
  readonly #file: string | null;
  #settings: StoredSettings;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(file: string | null, settings: StoredSettings) {
    this.#file = file;
    this.#settings = settings;
  }

  /** An unreadable or invalid file is logged and ignored. Its folder must exist. */
  static load(file: string, log: Logger): SettingsStore {
    const text = readPrivateFile(file);
    if (!text.ok) log.warn(`The settings are not read: ${text.error}.`);
    if (!text.ok || text.value === null) return new SettingsStore(file, defaultSettings);
    try {
      const stored = upToDate(JSON.parse(text.value), upgrades);
      return new SettingsStore(file, storedSettingsSchema.parse(stored));
    } catch (error) {
      const isNewer = error instanceof NewerStateError;
      const why = isNewer ? `are neither used nor changed: ${error.message}` : 'cannot be understood';
      log.warn(`The settings in ${file} ${why}; the defaults hold.`);
      return new SettingsStore(isNewer ? null : file, defaultSettings);
    }
  }

  get current(): StoredSettings {
    return this.#settings;
  }

  /** Takes effect at once; resolves when written to disk. Rejects if writing fails. */
  async change(change: Partial<StoredSettings>): Promise<void> {
    this.#settings = { ...this.#settings, ...change };
    const file = this.#file;
    if (file === null) return;
    const text = `${JSON.stringify({ version, ...this.#settings }, null, 2)}\n`;
    const write = this.#lastWrite.then(() => writeFileAtomically(file, text, { mode: 0o600, sync: true }));
    this.#lastWrite = write.catch(() => undefined);
    await write;
  }
}
