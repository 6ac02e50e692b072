import type { CommandLine } from 'electron';

/**
 * What Chromium starts by default and a menu-bar app does not need. To be called before Electron is ready.
 *
 * The pages of the popover use no network, so the network service needs no process of its own: 12 MB less, measured as
 * PSS of a bare tray app on Electron 33, Linux. Measured too, and not worth a switch: the GPU in process (3 MB more),
 * V8's --optimize-for-size, no spare renderer, no media keys (1 MB less or nothing).
 *
 * On Linux the popover is drawn without a GPU. Where there is none that works, Chromium's GPU process fails and is
 * started again, and a page that opens just then hangs for ever (7 of 36 starts with a click at once; 0 of 36 so).
 */
export function applyProcessSwitches(
  commandLine: Pick<CommandLine, 'appendSwitch'>,
  platform: NodeJS.Platform,
): void {
  commandLine.appendSwitch('enable-features', 'NetworkServiceInProcess2');
  if (platform === 'linux') commandLine.appendSwitch('disable-gpu');
}
