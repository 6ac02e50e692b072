/**
 * The popover's window.
 *
 * 1. It is created on the first click and destroyed after being hidden for a minute: the window takes most of the app's memory.
 * 2. It is shown only after its page has drawn and reported its height, so that nothing flashes or jumps.
 * 3. The click that hides it (by taking away the focus) does not open it again.
 */
import { BrowserWindow, screen, type Session, type WebContents } from 'electron';
import type { Clock, Timer } from '../core/clock.ts';
import type { Logger } from '../core/observability/logger.ts';
import { IconPresses } from './icon-presses.ts';
import { placePopover, popoverAnchor, shownIcon, type Point, type Rectangle } from './popover-position.ts';
import { popoverUrl } from './renderer-files.ts';
import { popoverWindowOptions } from './popover-window-options.ts';

const popoverWidth = 360;
/** For large text. */
const maxPopoverWidth = 480;
const maxPopoverHeight = 560;
const destroyAfterHiddenMs = 60_000;
/** A page that does not report its height is shown anyway after this time. */
const showAtLatestMs = 2_000;

export interface PopoverOptions {
  readonly preload: string;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the first window is created. */
  readonly session: () => Session;
  /** Called just before the page becomes visible, to update it. */
  readonly onShow: (contents: WebContents) => void;
  readonly onHide: () => void;
}

interface ContentSize {
  readonly width: number;
  readonly height: number;
}

type State =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'opening';
      readonly window: BrowserWindow;
      readonly timer: Timer;
      readonly isDrawn: boolean;
    }
  | { readonly kind: 'shown'; readonly window: BrowserWindow }
  | { readonly kind: 'hidden'; readonly window: BrowserWindow; readonly timer: Timer };

export class PopoverWindow {
  readonly #options: PopoverOptions;
  #state: State = { kind: 'none' };
  readonly #presses: IconPresses;
  #icon: Rectangle | null = null;
  #clickedAt: Point | null = null;
  #content: ContentSize | null = null;

  constructor(options: PopoverOptions) {
    this.#options = options;
    this.#presses = new IconPresses(options.clock);
  }

  /** The mouse button was pressed on the icon; `toggle` follows when it is released. */
  iconPressed(): void {
    this.#presses.pressed();
  }

  /** The icon was clicked. `iconBounds` is empty if the platform does not report it. */
  toggle(iconBounds: Rectangle): void {
    const hasHidden = this.#presses.clickHasHidden();
    if (this.#state.kind === 'shown' || this.#state.kind === 'opening') {
      this.hide();
      return;
    }
    if (hasHidden) return;
    this.#clickedAt = screen.getCursorScreenPoint();
    this.#open(iconBounds);
  }

  /** Opens it without a click on the icon: the app was started again, or a notification was clicked. */
  show(iconBounds: Rectangle): void {
    if (this.#state.kind === 'shown') {
      this.#state.window.focus();
      return;
    }
    if (this.#state.kind === 'opening') return;
    this.#clickedAt = null;
    this.#open(iconBounds);
  }

  hide(): void {
    switch (this.#state.kind) {
      case 'none':
      case 'hidden':
        return;
      case 'opening':
        this.destroy();
        return;
      case 'shown': {
        const { window } = this.#state;
        const timer = this.#options.clock.after(destroyAfterHiddenMs, () => this.destroy());
        this.#state = { kind: 'hidden', window, timer };
        window.hide();
        this.#options.onHide();
      }
    }
  }

  /** The size of the page's content, in CSS pixels. */
  setContentSize({ width, height }: ContentSize): void {
    this.#content = { width: Math.ceil(width), height: Math.ceil(height) };
    if (this.#state.kind === 'shown') this.#place(this.#state.window);
    else this.#revealWhenReady();
  }

  /** The page while it is visible; only then does it need events. */
  visibleContents(): WebContents | null {
    return this.#state.kind === 'shown' ? this.#state.window.webContents : null;
  }

  /** Whether a message comes from the popover's own page. */
  owns(contents: WebContents): boolean {
    return this.#state.kind !== 'none' && this.#state.window.webContents === contents;
  }

  destroy(): void {
    const state = this.#state;
    if (state.kind === 'none') return;
    this.#state = { kind: 'none' };
    this.#content = null;
    if (state.kind !== 'shown') state.timer.cancel();
    if (state.kind !== 'hidden') this.#options.onHide();
    state.window.destroy();
  }

  #open(iconBounds: Rectangle): void {
    this.#icon = shownIcon(iconBounds, screen.getAllDisplays());
    if (this.#state.kind === 'hidden') {
      this.#state.timer.cancel();
      this.#reveal();
      return;
    }
    const { preload, platform, clock, log, session } = this.#options;
    const window = new BrowserWindow({
      ...popoverWindowOptions({ preload, platform, session: session() }),
      width: popoverWidth,
      height: maxPopoverHeight,
    });
    const timer = clock.after(showAtLatestMs, () => {
      log.warn('The popover did not report its height in time.');
      this.#reveal();
    });
    this.#state = { kind: 'opening', window, timer, isDrawn: false };
    this.#watch(window);
    window.loadURL(popoverUrl).catch((error: unknown) => {
      // A window closed in the meantime, by the user or by quitting, is not a failure.
      if (!window.isDestroyed()) log.error(`The popover was not loaded: ${String(error)}.`);
    });
  }

  #watch(window: BrowserWindow): void {
    const { log, platform } = this.#options;
    if (platform === 'darwin') {
      window.setAlwaysOnTop(true, 'pop-up-menu');
      window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    }
    window.once('ready-to-show', () => {
      if (this.#state.kind !== 'opening' || this.#state.window !== window) return;
      this.#state = { ...this.#state, isDrawn: true };
      this.#revealWhenReady();
    });
    window.on('blur', () => {
      if (this.#state.kind !== 'shown' || window.webContents.isDevToolsFocused()) return;
      this.#presses.hiddenByBlur();
      this.hide();
    });
    window.on('closed', () => {
      if (this.#state.kind !== 'none' && this.#state.window === window) this.destroy();
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      log.error(`The popover's page ended: ${reason}.`);
      if (this.#state.kind !== 'none' && this.#state.window === window) this.destroy();
    });
  }

  #revealWhenReady(): void {
    if (this.#state.kind === 'opening' && this.#state.isDrawn && this.#content !== null) this.#reveal();
  }

  #reveal(): void {
    if (this.#state.kind === 'none' || this.#state.kind === 'shown') return;
    const { window, timer } = this.#state;
    timer.cancel();
    this.#state = { kind: 'shown', window };
    this.#place(window);
    this.#options.onShow(window.webContents);
    window.show();
  }

  #place(window: BrowserWindow): void {
    const display =
      this.#icon !== null
        ? screen.getDisplayMatching(this.#icon)
        : screen.getDisplayNearestPoint(this.#clickedAt ?? screen.getCursorScreenPoint());
    const { width, height } = this.#content ?? { width: popoverWidth, height: maxPopoverHeight };
    const size = { width: Math.min(width, maxPopoverWidth), height: Math.min(height, maxPopoverHeight) };
    const anchor = popoverAnchor(this.#icon, this.#clickedAt, display);
    window.setBounds(placePopover(anchor, display, size));
  }
}
