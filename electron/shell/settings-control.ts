/** The settings as the popover and the menu show them: what we store, and what the system says of the login item. */
import type { IpcRequest, Settings } from '../../shared/ipc-contract.ts';
import type { LoginItem, LoginItemStatus } from './login-item.ts';
import type { SettingsStore } from './settings-store.ts';

type UpdateEntry = Omit<NonNullable<Settings['updates']>, 'automatic'>;

export interface SettingsParts {
  readonly loginItem: LoginItem;
  readonly onChange: () => void;
  readonly updates?: () => UpdateEntry | null;
}

export class SettingsControl {
  readonly #store: Pick<SettingsStore, 'current' | 'change'>;
  readonly #loginItem: LoginItem;
  readonly #onChange: () => void;
  readonly #updates: () => UpdateEntry | null;
  #loginItemStatus: LoginItemStatus = 'unavailable';

  /** `onChange` is called when something that is shown has changed. `updates`: null where there are none. */
  constructor(
    store: Pick<SettingsStore, 'current' | 'change'>,
    { loginItem, onChange, updates = () => null }: SettingsParts,
  ) {
    this.#store = store;
    this.#updates = updates;
    this.#loginItem = loginItem;
    this.#onChange = onChange;
  }

  /** As last known; `refresh` asks the system anew. */
  get current(): Settings {
    const loginItemStatus = this.#loginItemStatus;
    const updates = this.#updates();
    return {
      openAtLogin: loginItemStatus === 'enabled' || loginItemStatus === 'requires-approval',
      loginItemStatus,
      notifications: this.#store.current.notifications,
      ...(updates === null ? {} : { updates: { automatic: this.#store.current.updates, ...updates } }),
    };
  }

  async refresh(): Promise<Settings> {
    this.#noteStatus(await this.#loginItem.status());
    return this.current;
  }

  async change({ openAtLogin, notifications, updates }: IpcRequest<'settings:set'>): Promise<Settings> {
    if (notifications !== undefined) await this.#store.change({ notifications });
    if (updates !== undefined) await this.#store.change({ updates });
    if (openAtLogin !== undefined) this.#loginItemStatus = await this.#loginItem.setOpenAtLogin(openAtLogin);
    this.#onChange();
    return this.current;
  }

  #noteStatus(status: LoginItemStatus): void {
    if (status === this.#loginItemStatus) return;
    this.#loginItemStatus = status;
    this.#onChange();
  }
}
