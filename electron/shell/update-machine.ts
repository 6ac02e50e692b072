/**
 * When LocalPort checks for an update, downloads it and installs it. Pure: `updateTransition(state, event, context)`.
 *
 * 1. An automatic check runs at most once a day, also across restarts, and never while the user has turned it off.
 * 2. An update found automatically is downloaded silently and installed when LocalPort quits.
 * 3. LocalPort restarts only when the user asks, and confirms, with the number of open connections shown.
 * 4. Every failure is logged, and shown if the user requested the update. A failure does not discard an update that is ready.
 */
import { assertNever } from '../../shared/result.ts';

export type UpdateState =
  /** Updates are not supported; `why` is a sentence. */
  | { readonly kind: 'unavailable'; readonly why: string }
  | { readonly kind: 'idle' }
  | { readonly kind: 'checking'; readonly asked: boolean }
  | { readonly kind: 'fetching'; readonly version: string; readonly asked: boolean }
  /** Downloaded and verified; installed when LocalPort quits. */
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'installing'; readonly version: string };

export type UpdateEvent =
  /** Time has passed. */
  | { readonly kind: 'tick' }
  /** The user chose the menu item. */
  | { readonly kind: 'chosen' }
  /** The result of the check; null: no newer version. */
  | { readonly kind: 'checked'; readonly version: string | null }
  | { readonly kind: 'fetched' }
  | { readonly kind: 'failed'; readonly why: string }
  /** The user's answer to `ask`. */
  | { readonly kind: 'answered'; readonly restart: boolean }
  /** LocalPort has stopped all forwards and is about to exit. */
  | { readonly kind: 'quitting' };

export interface UpdateContext {
  readonly isAutomatic: boolean;
  readonly version: string;
  /** Epoch ms: now, and the time of the last check; null: never. */
  readonly now: number;
  readonly checkedAt: number | null;
  readonly openConnections: number;
}

export type UpdateEffect =
  /** Check, and store the time of the check. */
  | { readonly kind: 'check' }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'tell'; readonly message: string; readonly detail: string }
  | { readonly kind: 'ask'; readonly message: string; readonly detail: string }
  /** Stop the forwards, install, and restart. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'install' }
  | { readonly kind: 'log'; readonly message: string };

export interface UpdateStep {
  readonly state: UpdateState;
  readonly effects: readonly UpdateEffect[];
}

export const checkEveryMs = 24 * 60 * 60_000;

export function updateTransition(state: UpdateState, event: UpdateEvent, context: UpdateContext): UpdateStep {
  const stay: UpdateStep = { state, effects: [] };
  switch (event.kind) {
    case 'tick':
      return state.kind === 'idle' && context.isAutomatic && isDue(context) ? beginCheck(false) : stay;
    case 'chosen':
      return chosen(state, context);
    case 'checked':
      return state.kind === 'checking' ? checked(state, event.version, context) : stay;
    case 'fetched':
      if (state.kind !== 'fetching') return stay;
      return {
        state: { kind: 'ready', version: state.version },
        effects: state.asked ? [question(state.version, context)] : [],
      };
    case 'failed':
      return failed(state, event.why);
    case 'answered':
      return state.kind === 'ready' && event.restart
        ? { state: { kind: 'installing', version: state.version }, effects: [{ kind: 'restart' }] }
        : stay;
    case 'quitting':
      return state.kind === 'ready' ? { state, effects: [{ kind: 'install' }] } : stay;
    default:
      return assertNever(event, 'update event');
  }
}

/** A clock that was set back must not delay the next check for years. */
const isDue = ({ now, checkedAt }: UpdateContext): boolean =>
  checkedAt === null || now < checkedAt || now - checkedAt >= checkEveryMs;

const beginCheck = (asked: boolean): UpdateStep => ({
  state: { kind: 'checking', asked },
  effects: [{ kind: 'check' }],
});

function chosen(state: UpdateState, context: UpdateContext): UpdateStep {
  switch (state.kind) {
    case 'unavailable':
      return {
        state,
        effects: [{ kind: 'tell', message: 'LocalPort cannot update itself', detail: state.why }],
      };
    case 'idle':
      return beginCheck(true);
    case 'checking':
    case 'fetching':
      return { state: { ...state, asked: true }, effects: [] };
    case 'ready':
      return { state, effects: [question(state.version, context)] };
    case 'installing':
      return { state, effects: [] };
    default:
      return assertNever(state, 'update state');
  }
}

function checked(
  { asked }: Extract<UpdateState, { readonly kind: 'checking' }>,
  found: string | null,
  { version }: UpdateContext,
): UpdateStep {
  if (found !== null)
    return { state: { kind: 'fetching', version: found, asked }, effects: [{ kind: 'fetch' }] };
  const newest: UpdateEffect = {
    kind: 'tell',
    message: 'LocalPort is up to date',
    detail: `Version ${version} is the latest version.`,
  };
  return { state: { kind: 'idle' }, effects: asked ? [newest] : [] };
}

function failed(state: UpdateState, why: string): UpdateStep {
  const log: UpdateEffect = { kind: 'log', message: `The update failed: ${why}.` };
  if (state.kind !== 'checking' && state.kind !== 'fetching') return { state, effects: [log] };
  const tell: UpdateEffect = { kind: 'tell', message: 'LocalPort could not be updated', detail: why };
  return { state: { kind: 'idle' }, effects: state.asked ? [log, tell] : [log] };
}

function question(version: string, { openConnections }: UpdateContext): UpdateEffect {
  const lost =
    openConnections === 0
      ? 'No connections are open.'
      : `${openConnections} open ${openConnections === 1 ? 'connection' : 'connections'} will be closed.`;
  return {
    kind: 'ask',
    message: `Restart LocalPort to update to ${version}?`,
    detail: `${lost} Otherwise the update is installed when LocalPort quits.`,
  };
}

/** The label of the menu item, and whether it is enabled; null: no item. */
export function updateLabel(
  state: UpdateState,
): { readonly label: string; readonly enabled: boolean } | null {
  switch (state.kind) {
    case 'unavailable':
      return null;
    case 'idle':
      return { label: 'Check for Updates…', enabled: true };
    case 'checking':
      return { label: 'Checking for Updates…', enabled: !state.asked };
    case 'fetching':
      return { label: `Downloading Update ${state.version}…`, enabled: false };
    case 'ready':
      return { label: `Restart to Update to ${state.version}…`, enabled: true };
    case 'installing':
      return { label: `Updating to ${state.version}…`, enabled: false };
    default:
      return assertNever(state, 'update state');
  }
}

export interface UpdateSurroundings {
  readonly isPackaged: boolean;
  readonly platform: NodeJS.Platform;
  /** Whether the build configured a release server: the resources contain `app-update.yml`. */
  readonly hasFeed: boolean;
  readonly isAppImage: boolean;
  /** The app's executable. */
  readonly program: string;
}

/** Why this copy of LocalPort cannot update itself; null: it can. */
export function whyNoUpdates({
  isPackaged,
  platform,
  hasFeed,
  isAppImage,
  program,
}: UpdateSurroundings): string | null {
  if (!isPackaged) return 'It runs from a checkout: use git pull.';
  if (!hasFeed) return 'This build does not know where releases are published.';
  if (platform === 'linux')
    return isAppImage
      ? null
      : 'It was installed as a package: install the package of the new version instead.';
  if (platform !== 'darwin') return 'There are no releases for this system.';
  return program.includes('/AppTranslocation/') || program.startsWith('/Volumes/')
    ? 'Move LocalPort to the Applications folder and open it from there first.'
    : null;
}
