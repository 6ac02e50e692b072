import { useEffect, useEffectEvent } from 'react';
import { keyIntent, type FocusPlace, type KeyContext, type KeyIntent } from './keyboard.ts';

/** Listens to every key on the page and passes on what it means. `read` returns the rest of the context. */
export function useKeyboard(
  platform: string,
  read: (focus: FocusPlace) => KeyContext,
  perform: (intent: KeyIntent) => void,
): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const press = {
      key: event.key,
      command: platform === 'darwin' ? event.metaKey : event.ctrlKey,
      shift: event.shiftKey,
      alt: event.altKey,
      composing: event.isComposing,
    };
    const intent = keyIntent(press, read(focusPlace(document.activeElement)));
    if (intent === null) return;
    // The key that opens the field is also the first one typed into it.
    if (intent.kind !== 'type-into-filter') event.preventDefault();
    perform(intent);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

function focusPlace(element: Element | null): FocusPlace {
  if (element === null || element === document.body) return 'page';
  if (element instanceof HTMLInputElement && element.type !== 'checkbox')
    return element.matches('.filter-input') ? 'filter' : 'field';
  if (element instanceof HTMLButtonElement) return 'control';
  return element.matches('.row') ? 'row' : 'page';
}
