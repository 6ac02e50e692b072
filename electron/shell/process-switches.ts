import type { CommandLine } from 'electron';

/**
 * What Chromium starts by default and a menu-bar app does not need. To be called before Electron is ready.
 *
 * NetworkServiceInProcess2: no page of ours uses the network, so its service needs no process of its own (12 MB,
 * measured with Electron 33 on Linux). A GPU process in process, no hardware acceleration, V8's --optimize-for-size:
 * measured, saved nothing.
 */
export function applyProcessSwitches(commandLine: Pick<CommandLine, 'appendSwitch'>): void {
  commandLine.appendSwitch('enable-features', 'NetworkServiceInProcess2');
  commandLine.appendSwitch(
    'disable-features',
    'SpareRendererForSitePerProcess,HardwareMediaKeyHandling,MediaSessionService',
  );
}
