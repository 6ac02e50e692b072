/** What the popover itself remembers between two clicks; everything else is in the snapshot. Pure. */
import { assertNever } from '../shared/result.ts';

export interface PopoverState {
  readonly view: 'list' | 'settings';
  readonly filter: string;
  /** The field stands open, perhaps still empty. */
  readonly filterIsOpen: boolean;
  /** The row that the keyboard acts on; null until a key or a click chooses one. */
  readonly activeName: string | null;
  /** Rows and cards that show their evidence. */
  readonly expanded: ReadonlySet<string>;
}

export type PopoverAction =
  | { readonly kind: 'reset' }
  | { readonly kind: 'show'; readonly view: PopoverState['view'] }
  | { readonly kind: 'open-filter' }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'close-filter' }
  | { readonly kind: 'activate-row'; readonly name: string }
  | { readonly kind: 'expand'; readonly key: string; readonly expanded: boolean };

export const initialState: PopoverState = {
  view: 'list',
  filter: '',
  filterIsOpen: false,
  activeName: null,
  expanded: new Set(),
};

export function reducePopover(state: PopoverState, action: PopoverAction): PopoverState {
  switch (action.kind) {
    case 'reset':
      return initialState;
    case 'show':
      return { ...state, view: action.view };
    case 'open-filter':
      return { ...state, filterIsOpen: true };
    case 'filter':
      return { ...state, filter: action.text, filterIsOpen: true };
    case 'close-filter':
      return { ...state, filter: '', filterIsOpen: false };
    case 'activate-row':
      return state.activeName === action.name ? state : { ...state, activeName: action.name };
    case 'expand': {
      const expanded = new Set(state.expanded);
      if (action.expanded) expanded.add(action.key);
      else expanded.delete(action.key);
      return { ...state, expanded };
    }
    default:
      return assertNever(action, 'action');
  }
}

/** The row that keys act on: the chosen one, or the first when the filter has hidden it. */
export const activeRow = (rowNames: readonly string[], activeName: string | null): string | null =>
  activeName !== null && rowNames.includes(activeName) ? activeName : (rowNames[0] ?? null);
