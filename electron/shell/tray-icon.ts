/**
 * The tray's icon has four honest shapes, so that a template image can show them apart. What is being checked looks as what
 * is being worked on: neither well nor in trouble. What is ready leaves nothing to wait for, and looks as what is up.
 */
import type { Tone } from '../../shared/service-tone.ts';

const names: Readonly<Record<Tone, string>> = {
  up: 'well',
  ready: 'well',
  checking: 'working',
  working: 'working',
  trouble: 'trouble',
  off: 'off',
};

/**
 * The icon's file name. macOS tints template images itself and finds the `@2x` beside it; other panels show a file as
 * it is and are mostly dark, so they get light shapes.
 */
export function trayIconFile(tone: Tone, platform: NodeJS.Platform): string {
  return platform === 'darwin' ? `tray-${names[tone]}Template.png` : `tray-${names[tone]}-light.png`;
}
