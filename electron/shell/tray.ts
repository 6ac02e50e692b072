/**
 * The icon in the menu bar. A left click asks for the popover; a right click shows the menu. Nothing native is touched
 * when nothing visible changed.
 *
 * On Linux the panel itself shows the menu that it was given (by D-Bus), so the menu must be there beforehand; a left
 * click still arrives as a click. `menu-pace.ts` says when it is renewed. On macOS a menu that is set would swallow the left
 * click, so it is made when asked for, and stays as it is while it is open.
 */
import { Menu, nativeImage, Tray, type NativeImage, type Rectangle } from 'electron';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { overviewOf } from '../../shared/overview.ts';
import type { Clock } from '../core/clock.ts';
import { MenuPace } from './menu-pace.ts';
import { trayIconFile } from './tray-icon.ts';
import { menuTemplate } from './menu-template.ts';
import { trayMenuRows, type MenuAction, type MenuContext } from './tray-menu.ts';
import { trayTooltip } from './tray-tooltip.ts';

export interface TrayOptions {
  readonly iconFolder: string;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** macOS only: the button went down, and `onClick` follows when it is let go. */
  readonly onPress: () => void;
  readonly onClick: (bounds: Rectangle) => void;
  readonly onAction: (action: MenuAction) => void;
}

export interface MenuBarTray {
  update(context: MenuContext): void;
  /** Empty where the platform does not tell. */
  bounds(): Rectangle;
  destroy(): void;
}

export function createTray(options: TrayOptions, initial: MenuContext): MenuBarTray {
  const { iconFolder, platform, clock, onPress, onClick, onAction } = options;
  const panelShowsMenu = platform === 'linux';
  let context = initial;
  const shown = { icon: iconOf(context, options), tooltip: '', menu: '' };
  const tray = new Tray(loadIcon(iconFolder, shown.icon));
  tray.setIgnoreDoubleClickEvents(true);

  const choose = (action: MenuAction): void => {
    // The panel may have ticked the checkbox by itself; whatever comes of it, the menu is drawn anew.
    shown.menu = '';
    pace.chosen();
    onAction(action);
  };
  const buildMenu = () => Menu.buildFromTemplate([...menuTemplate(trayMenuRows(context), choose)]);

  const text = () => ({
    tooltip: trayTooltip(context.snapshot),
    menu: panelShowsMenu ? JSON.stringify(trayMenuRows(context)) : '',
  });
  const showText = (): void => {
    const { tooltip, menu } = text();
    if (tooltip !== shown.tooltip) tray.setToolTip(tooltip);
    if (menu !== shown.menu) tray.setContextMenu(buildMenu());
    Object.assign(shown, { tooltip, menu });
  };
  const pace = new MenuPace(clock, showText);

  const update = (next: MenuContext): void => {
    // Work that was in progress when the app began to quit may still report a change.
    if (tray.isDestroyed()) return;
    context = next;
    const icon = iconOf(next, options);
    if (icon !== shown.icon) tray.setImage(loadIcon(iconFolder, icon));
    shown.icon = icon;
    const { tooltip, menu } = text();
    if (tooltip !== shown.tooltip || menu !== shown.menu) pace.changed();
  };

  tray.on('mouse-down', onPress);
  tray.on('click', (_event, bounds) => onClick(bounds));
  if (!panelShowsMenu) tray.on('right-click', () => tray.popUpContextMenu(buildMenu()));
  showText();
  const destroy = (): void => {
    pace.dispose();
    tray.destroy();
  };
  return { update, bounds: () => tray.getBounds(), destroy };
}

const iconOf = ({ snapshot }: MenuContext, { platform }: TrayOptions): string =>
  trayIconFile(overviewOf(snapshot).tone, platform);

function loadIcon(folder: string, file: string): NativeImage {
  const icon = path.join(folder, file);
  return existsSync(icon) ? nativeImage.createFromPath(icon) : nativeImage.createEmpty();
}
