import type { SystemPreferences } from 'electron';

/**
 * Keeps macOS from napping the app: App Nap stretches the timers of an app without a visible window, measured at 8 s
 * instead of 1 s, and ours watch the tunnels. AppKit reads this user default of the app's own domain; the key of the same
 * name in Info.plist has no effect (eclecticlight.co, "Controlling App Nap", 2017). A power save blocker would work as well,
 * but keeps the whole Mac awake. To be called before Electron is ready.
 *
 * `systemPreferences` is asked for on macOS only.
 */
export function preventAppNap(
  systemPreferences: () => Pick<SystemPreferences, 'setUserDefault'>,
  platform: NodeJS.Platform,
): void {
  if (platform === 'darwin') systemPreferences().setUserDefault('NSAppSleepDisabled', 'boolean', true);
}
