import type { SystemPreferences } from 'electron';

/**
 * Turns off App Nap on macOS. It delays the timers of an app without a visible window (measured: 8 s instead of 1 s), and our
 * timers monitor the tunnels. AppKit reads this user default from the app's own domain; the key of the same name in Info.plist
 * has no effect (eclecticlight.co, "Controlling App Nap", 2017). A power save blocker would also work, but would keep the
 * whole Mac awake. Call before Electron is ready.
 *
 * `systemPreferences` is evaluated only on macOS.
 */
export function preventAppNap(
  systemPreferences: () => Pick<SystemPreferences, 'setUserDefault'>,
  platform: NodeJS.Platform,
): void {
  if (platform === 'darwin') systemPreferences().setUserDefault('NSAppSleepDisabled', 'boolean', true);
}
