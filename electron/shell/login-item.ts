/** Open at login: read from the system each time and never stored, because the user can change it elsewhere. */
import type { App } from 'electron';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from '../../shared/ipc-contract.ts';
import { writeFileAtomically } from '../core/files/atomic-file.ts';
import { autostartEntry, isEntryEnabled } from './desktop-entry.ts';

export type LoginItemStatus = Settings['loginItemStatus'];

export interface LoginItem {
  status(): Promise<LoginItemStatus>;
  /** Resolves to the resulting status, which may be `requires-approval` on macOS. */
  setOpenAtLogin(open: boolean): Promise<LoginItemStatus>;
}

/**
 * macOS: only an installed app can be a login item. Setting it only logs errors, so the status is read back. An app opened in
 * its download folder runs from a random read-only folder that is gone at the next login (App Translocation).
 */
export function macLoginItem(
  app: Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings' | 'isInApplicationsFolder' | 'isPackaged'>,
): LoginItem {
  const status = async (): Promise<LoginItemStatus> => {
    if (!app.isPackaged) return 'unavailable';
    if (!app.isInApplicationsFolder()) return 'misplaced';
    const found = app.getLoginItemSettings().status;
    if (found === 'requires-approval') return found;
    return found === 'enabled' ? 'enabled' : 'disabled';
  };
  return {
    status,
    setOpenAtLogin: async (openAtLogin) => {
      if (app.isPackaged && app.isInApplicationsFolder()) app.setLoginItemSettings({ openAtLogin });
      return status();
    },
  };
}

export interface XdgLoginItemOptions {
  /** `$XDG_CONFIG_HOME`, or `~/.config`. */
  readonly configHome: string;
  /** The command that starts the app: the program and its arguments. */
  readonly command: readonly string[];
}

/** Linux: an autostart file, according to the XDG Autostart Specification 0.5. */
export function xdgLoginItem({ configHome, command }: XdgLoginItemOptions): LoginItem {
  const file = path.join(configHome, 'autostart', 'localport.desktop');
  const status = async (): Promise<LoginItemStatus> => {
    const entry = await readFile(file, 'utf8').catch(() => '');
    return isEntryEnabled(entry) ? 'enabled' : 'disabled';
  };
  return {
    status,
    setOpenAtLogin: async (open) => {
      if (open) {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFileAtomically(file, autostartEntry(command), { mode: 0o600, sync: true });
      } else {
        await rm(file, { force: true });
      }
      return status();
    },
  };
}

export const noLoginItem: LoginItem = {
  status: () => Promise.resolve('unavailable'),
  setOpenAtLogin: () => Promise.resolve('unavailable'),
};
