/** Assembles the menu-bar app: tray, popover, IPC, power, notifications, settings. Owned by one scope. */
import {
  app,
  globalShortcut,
  ipcMain,
  powerMonitor,
  session,
  type IpcMainInvokeEvent,
  type Session,
  type WebContents,
} from 'electron';
import path from 'node:path';
import type { View } from '../../shared/ipc-contract.ts';
import type { Snapshot } from '../../shared/service-snapshot.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/observability/logger.ts';
import { runtimeOf } from '../core/install/app-runtime.ts';
import type { Scope } from '../core/scope.ts';
import type { AppHost } from '../core/host/app-host.ts';
import { registerIpc, sendEvent } from './ipc-main.ts';
import { linkIn } from './app-link.ts';
import { electronNotifications } from './electron-notifications.ts';
import { loginItemOf } from './login-item-choice.ts';
import { LinkHandler } from './link-handler.ts';
import type { LinkInbox } from './link-inbox.ts';
import { LogFollower } from './log-follower.ts';
import type { Notice } from './notice-words.ts';
import { Notifier } from './notifier.ts';
import { PopoverReveal } from './popover-reveal.ts';
import { PopoverWindow } from './popover-window.ts';
import { watchPower } from './power-events.ts';
import type { LastStep } from './quit-control.ts';
import { isRendererUrl } from './renderer-files.ts';
import { serveRenderer } from './renderer-protocol.ts';
import { SettingsControl } from './settings-control.ts';
import { SettingsStore } from './settings-store.ts';
import { ipcHandlers, performMenuAction, type ShellParts } from './shell-commands.ts';
import { ShortcutControl } from './shortcut-control.ts';
import { onStartedAgain } from './single-instance.ts';
import { createUpdates } from './update-setup.ts';
import type { UpdateControl, UpdateEngine } from './update-control.ts';
import { createTray, type MenuBarTray } from './tray.ts';
import { hardenSession, hardenWebContents } from './window-hardening.ts';

export type QuitReason = 'user' | 'system-shutdown';

export interface MenuBarOptions {
  readonly host: AppHost;
  readonly scope: Scope;
  readonly clock: Clock;
  readonly log: Logger;
  readonly platform: NodeJS.Platform;
  /** Contains `preload.cjs`, `renderer/` and `icons/`. */
  readonly distFolder: string;
  /** In an existing folder. */
  readonly settingsFile: string;
  readonly quit: (reason: QuitReason) => void;
  /** Receives links from further launches of the app. */
  readonly links: Pick<LinkInbox, 'receive'>;
  /** Shuts down the host, performs the last step, and starts the app again. */
  readonly restart: () => void;
  readonly beforeExit: (lastStep: LastStep) => void;
  readonly updateEngine: () => Promise<UpdateEngine>;
}

export interface MenuBarShell {
  readonly updates: Pick<UpdateControl, 'look'>;
  readonly links: Pick<LinkHandler, 'receive'>;
}

/** Call once Electron is ready. Resolves when the icon is in the menu bar. */
export async function startMenuBarShell(options: MenuBarOptions): Promise<MenuBarShell> {
  const { host, scope, clock, log, platform, distFolder } = options;
  const store = SettingsStore.load(options.settingsFile, log);
  const updates = createUpdates({
    clock,
    log,
    store,
    engine: options.updateEngine,
    openConnections: () => sumOf(host.snapshot().services.map(({ connections }) => connections)),
    restart: options.restart,
    onChange: () => refreshTray(),
  });
  scope.own('updates', () => updates.dispose());
  options.beforeExit((how) => updates.install(how));
  const notices = electronNotifications({
    platform,
    onClick: (notice, isAction) => reveal(notice, isAction),
    onRefused: (why) => log.warn(`The system did not show a notification: ${why}.`),
  });
  const shortcut = new ShortcutControl(globalShortcut, () => popover.toggle(tray.bounds()));
  scope.own('shortcut', () => shortcut.use(null));
  const settings = new SettingsControl(store, {
    loginItem: loginItemOf(app, platform),
    notices,
    bringsCommand: runtimeOf(process).kind === 'app',
    shortcut,
    onChange: () => refreshTray(),
    updates: () => updates.label,
  });
  const logFollower = new LogFollower({
    host,
    send: (name, lines) => {
      const contents = popover.visibleContents();
      if (contents !== null) sendEvent(contents, 'log:lines', { name, lines });
    },
  });
  scope.own('log follower', () => logFollower.stop());
  const links = new LinkHandler({
    host,
    log,
    openPopover: () => openPopover(),
    onChange: (card) => {
      const contents = popover.visibleContents();
      if (contents !== null) sendEvent(contents, 'link:changed', card);
    },
  });
  const revealed = new PopoverReveal(() => popover.visibleContents());
  const popover = createPopover(options, {
    onShow: (contents) => sendEvent(contents, 'link:changed', links.card),
    onShown: () => revealed.shown(),
    onGone: () => {
      logFollower.stop();
      links.withdraw();
      revealed.forget();
    },
  });
  scope.own('popover', () => popover.destroy());
  const openPopover = (): void => popover.show(tray.bounds());
  const reveal = (notice: Notice, isAction: boolean): void => {
    revealed.want(notice, isAction);
    openPopover();
  };
  const quit = (): void => options.quit('user');
  const view = {
    get current() {
      return { folded: store.current.folded };
    },
    change: ({ folded }: View) => store.change({ folded }),
  };
  const licensesFile = path.join(distFolder, 'third-party-licenses.txt');
  const parts: ShellParts = {
    host,
    settings,
    popover,
    updates,
    logFollower,
    links,
    view,
    licensesFile,
    log,
    clock,
    openPopover,
    quit,
  };

  const menuContext = (): { snapshot: Snapshot; settings: SettingsControl['current'] } => ({
    snapshot: host.snapshot(),
    settings: settings.current,
  });
  const tray: MenuBarTray = createTray(
    {
      iconFolder: path.join(distFolder, 'icons'),
      platform,
      clock,
      onPress: () => popover.iconPressed(),
      onClick: (bounds) => popover.toggle(bounds),
      onAction: (action) => performMenuAction(action, parts),
    },
    menuContext(),
  );
  scope.own('tray', () => tray.destroy());
  const refreshTray = (): void => tray.update(menuContext());

  const notifier = new Notifier({
    clock,
    isEnabled: () => store.current.notifications,
    tellsRecovery: () => store.current.recoveryNotices,
    isWatched: () => popover.visibleContents() !== null,
    show: (notice) => notices.show(notice),
  });
  scope.own('notifier', () => notifier.dispose());

  const handlers = ipcHandlers(parts);
  const isTrustedSender = ({ sender, senderFrame }: IpcMainInvokeEvent): boolean =>
    popover.owns(sender) && senderFrame === sender.mainFrame && isRendererUrl(sender.mainFrame.url);
  scope.own('ipc', registerIpc(ipcMain, { handlers, isTrustedSender, log }));

  const onSnapshot = (snapshot: Snapshot): void => {
    refreshTray();
    notifier.update(snapshot);
    const contents = popover.visibleContents();
    if (contents !== null) sendEvent(contents, 'snapshot:changed', snapshot);
  };
  scope.own('snapshots', host.onSnapshot(onSnapshot));
  notifier.update(host.snapshot());

  scope.own(
    'power',
    watchPower(powerMonitor, { host, log, onShutdown: () => options.quit('system-shutdown') }),
  );
  const startedAgain = (argv: readonly string[]): void => {
    // The inbox has a link.
    if (linkIn(argv) === null) openPopover();
  };
  scope.own('started again', onStartedAgain(app, startedAgain));
  keepRunningWithoutWindows(scope, log);
  await settings.refresh();
  return { updates, links };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

interface PopoverEvents {
  /** Called when the page is about to be shown, to send its initial content. */
  readonly onShow: (contents: WebContents) => void;
  readonly onShown: () => void;
  readonly onGone: () => void;
}

function createPopover(
  { host, clock, log, platform, distFolder }: MenuBarOptions,
  { onShow, onShown, onGone }: PopoverEvents,
): PopoverWindow {
  return new PopoverWindow({
    preload: path.join(distFolder, 'preload.cjs'),
    platform,
    clock,
    log,
    session: popoverSession(path.join(distFolder, 'renderer')),
    onShow: (contents) => {
      host.setLive(true);
      sendEvent(contents, 'snapshot:changed', host.snapshot());
      onShow(contents);
      sendEvent(contents, 'popover:shown', undefined);
      onShown();
    },
    onHide: () => {
      host.setLive(false);
      onGone();
    },
  });
}

/** An in-memory session: the popover stores no cookies and no cache. */
function popoverSession(rendererFolder: string): () => Session {
  let made: Session | undefined;
  return () => {
    if (made !== undefined) return made;
    made = session.fromPartition('popover', { cache: false });
    hardenSession(made);
    serveRenderer(made, rendererFolder);
    return made;
  };
}

function keepRunningWithoutWindows(scope: Scope, log: Logger): void {
  // Without a listener Electron quits when the popover is destroyed.
  const stay = (): void => undefined;
  const harden = (_event: unknown, contents: Electron.WebContents): void => hardenWebContents(contents, log);
  app.on('window-all-closed', stay);
  app.on('web-contents-created', harden);
  scope.own('app events', () => {
    app.off('window-all-closed', stay);
    app.off('web-contents-created', harden);
  });
}
