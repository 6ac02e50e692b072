/**
 * The icon in the menu bar. A left click opens the popover; a right click shows the menu. Native objects are updated only if
 * something visible has changed.
 *
 * On Linux the panel itself shows the menu (over D-Bus), so the menu must be set beforehand; a left click still arrives as a
 * click. `menu-pace.ts` decides when to update it. On macOS a preset menu would intercept left clicks, so it is created on
 * demand and does not change while it is open.
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
  /** macOS only: the mouse button was pressed; `onClick` follows when it is released. */
  readonly onPress: () => void;
  readonly onClick: (bounds: Rectangle) => void;
  readonly onAction: (action: MenuAction) => void;
}

export interface MenuBarTray {
  update(context: MenuContext): void;
  /** Empty if the platform does not report them. */
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
    // The panel may have toggled the checkbox itself, so the menu is always updated.
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
