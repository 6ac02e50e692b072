/** The popover's own state; everything else is in the snapshot. Pure. */
import { overviewOf } from '../shared/overview.ts';
import { assertNever } from '../shared/result.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import type { Page } from './pages.ts';

export type OpenMenu = { readonly kind: 'app' } | { readonly kind: 'row'; readonly name: string };

export interface PopoverState {
  /** The last one is shown; empty: the list. */
  readonly pages: readonly Page[];
  readonly filter: string;
  /** The field is open, and may be empty. */
  readonly filterIsOpen: boolean;
  /** The headline was clicked; only services that need attention are listed. */
  readonly onlyTrouble: boolean;
  /** The row that keys apply to; null until a key or a click chooses one. */
  readonly activeName: string | null;
  /** Rows and cards whose evidence is expanded. */
  readonly expanded: ReadonlySet<string>;
  /** Groups that are collapsed to their title. */
  readonly folded: ReadonlySet<string>;
  readonly menu: OpenMenu | null;
  /** The service whose switch is waiting for confirmation. */
  readonly confirming: string | null;
}

export type PopoverAction =
  | { readonly kind: 'reset' }
  /** Shows this service in the list of what needs attention. */
  | { readonly kind: 'reveal'; readonly name: string }
  | { readonly kind: 'push'; readonly page: Page }
  | { readonly kind: 'back' }
  | { readonly kind: 'open-filter' }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'close-filter' }
  | { readonly kind: 'only-trouble'; readonly only: boolean }
  | { readonly kind: 'activate-row'; readonly name: string }
  | { readonly kind: 'expand'; readonly key: string; readonly expanded: boolean }
  | { readonly kind: 'fold'; readonly key: string; readonly folded: boolean }
  | { readonly kind: 'open-menu'; readonly menu: OpenMenu }
  | { readonly kind: 'close-menu' }
  | { readonly kind: 'confirm'; readonly name: string | null };

export const initialState: PopoverState = {
  pages: [],
  filter: '',
  filterIsOpen: false,
  onlyTrouble: false,
  activeName: null,
  expanded: new Set(),
  folded: new Set(),
  menu: null,
  confirming: null,
};

export function reducePopover(state: PopoverState, action: PopoverAction): PopoverState {
  switch (action.kind) {
    case 'reset':
      return afresh(state);
    case 'reveal':
      return { ...afresh(state), onlyTrouble: true, activeName: action.name };
    case 'push':
      return { ...state, menu: null, confirming: null, pages: pushed(state.pages, action.page) };
    case 'back':
      return { ...state, menu: null, pages: state.pages.slice(0, -1) };
    case 'open-filter':
      return { ...state, filterIsOpen: true };
    case 'filter':
      return { ...state, filter: action.text, filterIsOpen: true };
    case 'close-filter':
      return { ...state, filter: '', filterIsOpen: false };
    case 'only-trouble':
      return { ...state, onlyTrouble: action.only };
    case 'activate-row':
      return state.activeName === action.name ? state : { ...state, activeName: action.name };
    case 'expand':
      return { ...state, expanded: withMember(state.expanded, action.key, action.expanded) };
    case 'fold':
      return { ...state, folded: withMember(state.folded, action.key, action.folded) };
    case 'open-menu':
      return { ...state, menu: action.menu };
    case 'close-menu':
      return state.menu === null ? state : { ...state, menu: null };
    case 'confirm':
      return { ...state, confirming: action.name };
    default:
      return assertNever(action, 'action');
  }
}

const afresh = ({ folded, pages }: PopoverState): PopoverState => ({
  ...initialState,
  folded,
  pages: unfinished(pages),
});

/** Pages that survive hiding the popover: the user may switch apps to look something up or to sign in. */
export const unfinished = (pages: readonly Page[]): readonly Page[] =>
  pages.filter(({ kind }) => ['form', 'import', 'sign-in', 'add-key'].includes(kind));

/** Returns to a page that is already open instead of pushing it again. */
function pushed(pages: readonly Page[], page: Page): readonly Page[] {
  const at = pages.findIndex((open) => open.kind === page.kind);
  return [...(at === -1 ? pages : pages.slice(0, at)), page];
}

function withMember(set: ReadonlySet<string>, key: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (isIn) next.add(key);
  else next.delete(key);
  return next;
}

/** Without what the snapshot no longer has: the menu of a removed service, and the list of what needs attention. */
export function shownState(state: PopoverState, snapshot: Snapshot): PopoverState {
  const { menu, onlyTrouble } = state;
  const isGone = menu?.kind === 'row' && !snapshot.services.some(({ name }) => name === menu.name);
  return {
    ...state,
    menu: isGone ? null : menu,
    onlyTrouble: onlyTrouble && overviewOf(snapshot).attention > 0,
  };
}

/** The row that keys apply to: the chosen one, or the first if the filter hides it. */
export const activeRow = (rowNames: readonly string[], activeName: string | null): string | null =>
  activeName !== null && rowNames.includes(activeName) ? activeName : (rowNames[0] ?? null);
