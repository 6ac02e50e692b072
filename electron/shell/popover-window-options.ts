import { app, nativeTheme, type BrowserWindowConstructorOptions, type Session } from 'electron';

export interface PopoverLook {
  readonly preload: string;
  readonly platform: NodeJS.Platform;
  readonly session: Session;
}

/** A frameless panel that is not in the task bar, with an unprivileged page. */
export function popoverWindowOptions({
  preload,
  platform,
  session,
}: PopoverLook): BrowserWindowConstructorOptions {
  return {
    ...(platform === 'darwin'
      ? macPanel
      : { backgroundColor: nativeTheme.shouldUseDarkColors ? '#262628' : '#f6f6f6' }),
    title: 'LocalPort',
    show: false,
    frame: false,
    resizable: false,
    movable: false,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    skipTaskbar: true,
    alwaysOnTop: true,
    webPreferences: {
      preload,
      session,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      backgroundThrottling: true,
      devTools: !app.isPackaged,
    },
  };
}

/** A panel receives keys without activating the app; the material behind it is the same as the menu bar's. */
const macPanel: BrowserWindowConstructorOptions = {
  type: 'panel',
  vibrancy: 'popover',
  visualEffectState: 'active',
  backgroundColor: '#00000000',
};
