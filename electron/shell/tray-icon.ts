/**
 * The tray's icon has four shapes, so that a template image can distinguish them. Checking looks like working: neither up nor
 * in trouble. Ready looks like up, since nothing is left to wait for.
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
 * The icon's file name. macOS tints template images itself and finds the `@2x` file next to it; other panels show a file as is
 * and are mostly dark, so they get light shapes.
 */
export function trayIconFile(tone: Tone, platform: NodeJS.Platform): string {
  return platform === 'darwin' ? `tray-${names[tone]}Template.png` : `tray-${names[tone]}-light.png`;
}
