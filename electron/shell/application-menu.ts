import { Menu } from 'electron';

/**
 * Replaces Electron's default menu. On macOS copy and paste require an Edit menu, visible or not; other systems need no
 * menu. Call before Electron is ready.
 */
export function setApplicationMenu(platform: NodeJS.Platform): void {
  Menu.setApplicationMenu(platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'editMenu' }]) : null);
}
