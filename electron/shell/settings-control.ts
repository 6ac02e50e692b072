/** The settings as the popover and the menu show them: what we store, and what the system says of the login item. */
import type { IpcRequest, Settings } from '../../shared/ipc-contract.ts';
import type { LoginItem, LoginItemStatus } from './login-item.ts';
import type { SettingsStore } from './settings-store.ts';

export class SettingsControl {
  readonly #store: Pick<SettingsStore, 'current' | 'change'>;
  readonly #loginItem: LoginItem;
  readonly #onChange: () => void;
  #loginItemStatus: LoginItemStatus = 'unavailable';

  /** `onChange` is called when something that is shown has changed. */
  constructor(store: Pick<SettingsStore, 'current' | 'change'>, loginItem: LoginItem, onChange: () => void) {
    this.#store = store;
    this.#loginItem = loginItem;
    this.#onChange = onChange;
  }

  /** As last known; `refresh` asks the system anew. */
  get current(): Settings {
    const loginItemStatus = this.#loginItemStatus;
    return {
      openAtLogin: loginItemStatus === 'enabled' || loginItemStatus === 'requires-approval',
      loginItemStatus,
      notifications: this.#store.current.notifications,
    };
  }

  async refresh(): Promise<Settings> {
    this.#noteStatus(await this.#loginItem.status());
    return this.current;
  }

  async change({ openAtLogin, notifications }: IpcRequest<'settings:set'>): Promise<Settings> {
    if (notifications !== undefined) await this.#store.change({ notifications });
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
