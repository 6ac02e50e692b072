/** Converts the rows of the tray's menu to Electron's template. Pure. */
import type { MenuItemConstructorOptions } from 'electron';
import { visibleLine } from '../../shared/visible-text.ts';
import type { MenuAction, MenuRow } from './tray-menu.ts';

export const menuTemplate = (
  rows: readonly MenuRow[],
  choose: (action: MenuAction) => void,
): readonly MenuItemConstructorOptions[] =>
  rows.map((row) => {
    switch (row.kind) {
      case 'separator':
        return { type: 'separator' };
      case 'note':
        return { label: menuLabel(row.label), enabled: false };
      case 'command':
        return { label: menuLabel(row.label), enabled: row.enabled, click: () => choose(row.action) };
      case 'checkbox':
        return {
          type: 'checkbox',
          label: menuLabel(row.label),
          checked: row.checked,
          click: () => choose(row.action),
        };
    }
  });

/** In a native label a single ampersand marks an access key. */
const menuLabel = (label: string): string => visibleLine(label).replaceAll('&', '&&');
