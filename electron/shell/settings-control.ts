/** The settings as the popover and the menu show them: what we store, plus the status of the login item from the system. */
import type { IpcRequest, Settings } from '../../shared/ipc-contract.ts';
import type { LoginItem, LoginItemStatus } from './login-item.ts';
import type { SettingsStore } from './settings-store.ts';

type UpdateEntry = Omit<NonNullable<Settings['updates']>, 'automatic'>;

/** Whether the system shows our notifications. */
export interface NoticePermission {
  readonly isRefused: boolean;
  askPermission(): void;
}

export interface SettingsParts {
  readonly loginItem: LoginItem;
  readonly notices: NoticePermission;
  readonly bringsCommand: boolean;
  /** The global shortcut. `isRefused`: another program is using it. */
  readonly shortcut: { readonly isRefused: boolean; use(accelerator: string | null): void };
  readonly onChange: () => void;
  readonly updates?: () => UpdateEntry | null;
}

export class SettingsControl {
  readonly #store: Pick<SettingsStore, 'current' | 'change'>;
  readonly #parts: SettingsParts;
  #loginItemStatus: LoginItemStatus = 'unavailable';

  /** `onChange` is called when a displayed setting has changed. `updates`: null if updates are not supported. */
  constructor(store: Pick<SettingsStore, 'current' | 'change'>, parts: SettingsParts) {
    this.#store = store;
    this.#parts = parts;
    if (store.current.notifications) parts.notices.askPermission();
    parts.shortcut.use(store.current.shortcut);
  }

  /** The last known settings; `refresh` queries the system again. */
  get current(): Settings {
    const loginItemStatus = this.#loginItemStatus;
    const { notices, bringsCommand } = this.#parts;
    const { notifications, recoveryNotices, shortcut, newHold, newOnDemand } = this.#store.current;
    const updates = this.#parts.updates?.() ?? null;
    return {
      openAtLogin: loginItemStatus === 'enabled' || loginItemStatus === 'requires-approval',
      loginItemStatus,
      notifications,
      recoveryNotices,
      shortcut,
      newHold,
      newOnDemand,
      shortcutRefused: this.#parts.shortcut.isRefused,
      notificationsRefused: notices.isRefused,
      bringsCommand,
      ...(updates === null ? {} : { updates: { automatic: this.#store.current.updates, ...updates } }),
    };
  }

  async refresh(): Promise<Settings> {
    this.#noteStatus(await this.#parts.loginItem.status());
    return this.current;
  }

  async change(change: IpcRequest<'settings:set'>): Promise<Settings> {
    const { openAtLogin, notifications, recoveryNotices, shortcut, newHold, newOnDemand, updates } = change;
    if (notifications !== undefined) await this.#store.change({ notifications });
    if (recoveryNotices !== undefined) await this.#store.change({ recoveryNotices });
    if (newHold !== undefined) await this.#store.change({ newHold });
    if (newOnDemand !== undefined) await this.#store.change({ newOnDemand });
    if (shortcut !== undefined) {
      this.#parts.shortcut.use(shortcut);
      await this.#store.change({ shortcut });
    }
    if (notifications === true) this.#parts.notices.askPermission();
    if (updates !== undefined) await this.#store.change({ updates });
    if (openAtLogin !== undefined)
      this.#loginItemStatus = await this.#parts.loginItem.setOpenAtLogin(openAtLogin);
    this.#parts.onChange();
    return this.current;
  }

  #noteStatus(status: LoginItemStatus): void {
    if (status === this.#loginItemStatus) return;
    this.#loginItemStatus = status;
    this.#parts.onChange();
  }
}
