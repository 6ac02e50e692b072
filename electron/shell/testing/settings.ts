import type { Settings } from '../../../shared/ipc-contract.ts';

/** The settings of a copy of LocalPort that runs from a checkout. */
export const plainSettings: Settings = {
  openAtLogin: false,
  loginItemStatus: 'disabled',
  notifications: true,
  recoveryNotices: true,
  shortcut: null,
  newHold: '',
  newOnDemand: false,
  shortcutRefused: false,
  notificationsRefused: false,
  bringsCommand: false,
};
