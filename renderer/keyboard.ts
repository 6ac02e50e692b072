/** What every key in the popover does, depending on where the focus is. Pure. */
import type { PageKind } from './pages.ts';
import { rowShortcuts, type RowActionKind, type Shortcut } from './row-actions.ts';

export interface KeyPress {
  readonly key: string;
  /** Command on a Mac, Control elsewhere. */
  readonly command: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** An input method is composing, and the key belongs to it. */
  readonly composing: boolean;
}

/** Where the focus is: the page, a row, a control that handles Space and Enter itself, the filter, or another field. */
export type FocusPlace = 'page' | 'row' | 'control' | 'filter' | 'field';

export interface KeyContext {
  readonly page: PageKind | 'list';
  readonly focus: FocusPlace;
  readonly filterIsOpen: boolean;
  readonly onlyTrouble: boolean;
  /** A menu handles its own keys. */
  readonly menuIsOpen: boolean;
  readonly rowNames: readonly string[];
  /** null: no row is active yet; the first arrow key then selects the first or last row. */
  readonly activeName: string | null;
  /** Text is selected, which ⌘C would copy. */
  readonly hasSelection: boolean;
}

export type KeyIntent =
  | { readonly kind: 'move'; readonly name: string }
  | { readonly kind: 'toggle'; readonly name: string }
  | { readonly kind: 'activate'; readonly name: string }
  | { readonly kind: 'row-action'; readonly name: string; readonly action: RowActionKind }
  | { readonly kind: 'row-menu'; readonly name: string }
  | { readonly kind: 'open-filter' }
  /** The field gets the focus and the key event itself, so that dead keys and input methods work. */
  | { readonly kind: 'type-into-filter' }
  | { readonly kind: 'close-filter' }
  | { readonly kind: 'show-all' }
  | { readonly kind: 'back' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'add' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'open-config' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'hide' };

const rowsPerPage = 8;

/** null: not handled here; keep the key's default action. */
export function keyIntent(press: KeyPress, context: KeyContext): KeyIntent | null {
  if (press.composing || press.alt || context.menuIsOpen) return null;
  return context.page === 'list' ? listKey(press, context) : pageKey(press, context);
}

function listKey(press: KeyPress, context: KeyContext): KeyIntent | null {
  const { key, command, shift } = press;
  const rowIntent = rowShortcut(press, context);
  if (rowIntent !== null) return rowIntent;
  if (command) return key.toLowerCase() === 'f' ? { kind: 'open-filter' } : appShortcut(key);
  if (key === 'Escape') return escape(context);
  if (context.focus === 'field') return null;
  if (key === 'ContextMenu' || (key === 'F10' && shift)) return rowMenu(context);
  return navigation(key, context) ?? rowKey(key, context) ?? typing(key, context);
}

/** Steps back one level: closes the filter, the list of what needs attention, or the popover. */
function escape({ filterIsOpen, onlyTrouble }: KeyContext): KeyIntent {
  if (filterIsOpen) return { kind: 'close-filter' };
  return { kind: onlyTrouble ? 'show-all' : 'hide' };
}

function pageKey({ key, command }: KeyPress, { page, focus }: KeyContext): KeyIntent | null {
  if (command) return key === '[' ? { kind: 'back' } : key.toLowerCase() === 'f' ? null : appShortcut(key);
  if (key === 'Escape') return { kind: 'back' };
  if (key === 'ArrowLeft' && page === 'details' && focus !== 'field') return { kind: 'back' };
  return null;
}

function appShortcut(key: string): KeyIntent | null {
  switch (key.toLowerCase()) {
    case 'r':
      return { kind: 'reload' };
    case 'o':
      return { kind: 'open-config' };
    case 'n':
      return { kind: 'add' };
    case ',':
      return { kind: 'settings' };
    case 'w':
      return { kind: 'hide' };
    case 'q':
      return { kind: 'quit' };
    default:
      return null;
  }
}

/** Keys for the active row. In a field they type text; with a selection, ⌘C copies the selection. */
function rowShortcut(press: KeyPress, context: KeyContext): KeyIntent | null {
  const { activeName: name, focus, hasSelection } = context;
  if (name === null || focus === 'field') return null;
  if (press.command && press.key.toLowerCase() === 'k') return { kind: 'row-menu', name };
  const found = Object.entries(rowShortcuts).find(([, shortcut]) => isPressed(press, shortcut));
  if (found === undefined) return null;
  const action = found[0] as RowActionKind;
  const isPlain = !press.command;
  if (isPlain && focus !== 'row') return null;
  if (action === 'copy-address' && hasSelection) return null;
  return { kind: 'row-action', name, action };
}

const isPressed = ({ key, command, shift }: KeyPress, shortcut: Shortcut): boolean =>
  command === shortcut.command &&
  shift === shortcut.shift &&
  (key.toLowerCase() === shortcut.key.toLowerCase() || (shortcut.key === 'Backspace' && key === 'Delete'));

const rowMenu = ({ activeName: name }: KeyContext): KeyIntent | null =>
  name === null ? null : { kind: 'row-menu', name };

function navigation(key: string, { rowNames, activeName, focus }: KeyContext): KeyIntent | null {
  const at = activeName === null ? -1 : rowNames.indexOf(activeName);
  const last = rowNames.length - 1;
  const moveTo = (index: number): KeyIntent | null => {
    const name = rowNames[Math.min(Math.max(index, 0), last)];
    return name === undefined ? null : { kind: 'move', name };
  };
  switch (key) {
    case 'ArrowDown':
      // From the field, the first arrow key moves to the row that the field already applies to.
      return moveTo(focus === 'filter' ? at : at + 1);
    case 'ArrowUp':
      return focus === 'filter' ? null : moveTo(at === -1 ? last : at - 1);
    case 'PageDown':
      return moveTo(at + rowsPerPage);
    case 'PageUp':
      return moveTo(at - rowsPerPage);
    case 'Home':
      return focus === 'filter' ? null : moveTo(0);
    case 'End':
      return focus === 'filter' ? null : moveTo(last);
    default:
      return null;
  }
}

function rowKey(key: string, { focus, activeName: name }: KeyContext): KeyIntent | null {
  if (name === null) return null;
  if (key === 'Enter') return focus === 'row' || focus === 'filter' ? { kind: 'activate', name } : null;
  return key === ' ' && focus === 'row' ? { kind: 'toggle', name } : null;
}

/** A single character, a dead key or the start of a composition. */
function typing(key: string, { focus }: KeyContext): KeyIntent | null {
  if (focus === 'filter' || key === ' ') return null;
  // Named keys are ASCII words; everything else is text, one or more characters.
  const isText = /^(?![A-Z][A-Za-z0-9]+$)/.test(key) || key === 'Dead' || key === 'Process';
  return isText ? { kind: 'type-into-filter' } : null;
}
