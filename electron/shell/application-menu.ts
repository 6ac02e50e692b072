import { Menu } from 'electron';

/**
 * Replaces the menu that Electron makes by default. On macOS copy and paste work only through an Edit menu, seen or
 * not; elsewhere none is needed. To be called before Electron is ready.
 */
export function setApplicationMenu(platform: NodeJS.Platform): void {
  Menu.setApplicationMenu(platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'editMenu' }]) : null);
}
