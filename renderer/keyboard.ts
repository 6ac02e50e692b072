/** Every key of the popover and what it means, depending on where the focus is. Pure. */

export interface KeyPress {
  readonly key: string;
  /** Command on a Mac, Control elsewhere. */
  readonly command: boolean;
  readonly alt: boolean;
  /** An input method is composing: the key belongs to it. */
  readonly composing: boolean;
}

/** What has the focus: the page, a row, a control that handles Space and Enter itself, the filter, or another field. */
export type FocusPlace = 'page' | 'row' | 'control' | 'filter' | 'field';

export interface KeyContext {
  readonly view: 'list' | 'settings';
  readonly focus: FocusPlace;
  readonly filterIsOpen: boolean;
  readonly rowNames: readonly string[];
  /** null until a row was chosen: the first arrow then chooses the first or the last. */
  readonly activeName: string | null;
}

export type KeyIntent =
  | { readonly kind: 'move'; readonly name: string }
  | { readonly kind: 'toggle'; readonly name: string }
  | { readonly kind: 'activate'; readonly name: string }
  | { readonly kind: 'expand'; readonly name: string; readonly expanded: boolean }
  | { readonly kind: 'open-filter' }
  /** The field takes the focus and the key itself, so that dead keys and input methods work. */
  | { readonly kind: 'type-into-filter' }
  | { readonly kind: 'close-filter' }
  | { readonly kind: 'show'; readonly view: 'list' | 'settings' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'open-config' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'hide' };

const rowsPerPage = 8;

/** null: the key is not ours, let it do what it does. */
export function keyIntent(press: KeyPress, context: KeyContext): KeyIntent | null {
  if (press.composing || press.alt) return null;
  if (press.command) return shortcut(press.key, context);
  if (press.key === 'Escape') return escape(context);
  if (context.view === 'settings' || context.focus === 'field') return null;
  return navigation(press.key, context) ?? rowKey(press.key, context) ?? typing(press.key, context);
}

function shortcut(key: string, context: KeyContext): KeyIntent | null {
  switch (key.toLowerCase()) {
    case 'r':
      return { kind: 'reload' };
    case 'o':
      return { kind: 'open-config' };
    case ',':
      return { kind: 'show', view: context.view === 'settings' ? 'list' : 'settings' };
    case 'f':
      return context.view === 'list' ? { kind: 'open-filter' } : null;
    case 'w':
      return { kind: 'hide' };
    case 'q':
      return { kind: 'quit' };
    default:
      return null;
  }
}

/** Steps back once: out of the settings, out of the filter, out of the popover. */
function escape(context: KeyContext): KeyIntent {
  if (context.view === 'settings') return { kind: 'show', view: 'list' };
  return { kind: context.filterIsOpen ? 'close-filter' : 'hide' };
}

function navigation(key: string, { rowNames, activeName, focus }: KeyContext): KeyIntent | null {
  const at = activeName === null ? -1 : rowNames.indexOf(activeName);
  const last = rowNames.length - 1;
  const moveTo = (index: number): KeyIntent | null => {
    const name = rowNames[Math.min(Math.max(index, 0), last)];
    return name === undefined ? null : { kind: 'move', name };
  };
  switch (key) {
    case 'ArrowDown':
      // From the field, the first arrow goes to the row that the field already acts on.
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
  if (focus !== 'row') return null;
  switch (key) {
    case ' ':
      return { kind: 'toggle', name };
    case 'ArrowRight':
      return { kind: 'expand', name, expanded: true };
    case 'ArrowLeft':
      return { kind: 'expand', name, expanded: false };
    default:
      return null;
  }
}

/** A single character, a dead key or the start of a composition. */
function typing(key: string, { focus }: KeyContext): KeyIntent | null {
  if (focus === 'filter' || key === ' ') return null;
  // Named keys are ASCII words; everything else is what the keyboard writes, be it one character or more.
  const isText = /^(?![A-Z][A-Za-z0-9]+$)/.test(key) || key === 'Dead' || key === 'Process';
  return isText ? { kind: 'type-into-filter' } : null;
}
