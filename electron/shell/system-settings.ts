/** Pages of System Settings, macOS 13 and later. Apple documents no URLs; these use the panes' bundle identifiers. */
const pages = {
  'login-items': 'x-apple.systempreferences:com.apple.LoginItems-Settings.extension',
  notifications: 'x-apple.systempreferences:com.apple.Notifications-Settings.extension',
} as const;

export type SystemSettingsPage = keyof typeof pages;

export const systemSettingsUrl = (page: SystemSettingsPage): string => pages[page];
