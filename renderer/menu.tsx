import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';

export interface MenuEntry {
  readonly key: string;
  readonly label: string;
  /** `⌘C` */
  readonly shortcut: string | null;
  /** A separator line above the item. */
  readonly startsPart: boolean;
  readonly choose: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** Its position in CSS pixels of the popover. The menu stays inside the popover. */
  readonly place: MenuPlace;
  readonly onClose: () => void;
}

export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

const edgePx = 6;

/** A menu with the usual keys: arrows, Home, End, letters, Enter, Escape. It has the focus while it is open. */
export function Menu({ label, entries, place, onClose }: MenuProps): ReactElement {
  const menu = useRef<HTMLDivElement>(null);
  const opener = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const element = menu.current;
    if (element === null) return;
    const { offsetWidth: width, offsetHeight: height } = element;
    element.style.left = `${clamp(place.x, innerWidth - width - edgePx)}px`;
    element.style.top = `${clamp(place.y, innerHeight - height - edgePx)}px`;
  }, [place]);
  useEffect(() => {
    opener.current = document.activeElement;
    menu.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus({ preventScroll: true });
    return () => {
      if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    const next = nextIndex(
      event.key,
      at,
      items.map(({ textContent }) => textContent),
    );
    if (event.key === 'Escape' || event.key === 'Tab' || event.key === 'ArrowLeft') onClose();
    else if (next !== null) items[next]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      {/* A click outside the menu only closes it. */}
      <div className="menu-shade" onPointerDown={onClose} onContextMenu={(event) => event.preventDefault()} />
      <section aria-label={label}>
        <div ref={menu} className="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
          {entries.map(({ key, label: text, shortcut, startsPart, choose }) => (
            <button
              key={key}
              type="button"
              role="menuitem"
              className="menu-item"
              data-starts-part={startsPart}
              tabIndex={-1}
              onPointerMove={(event) => event.currentTarget.focus()}
              onClick={() => {
                onClose();
                choose();
              }}
            >
              <span>{text}</span>
              {shortcut !== null && <kbd aria-hidden="true">{shortcut}</kbd>}
            </button>
          ))}
        </div>
      </section>
    </>
  );
}

const clamp = (value: number, max: number): number => Math.max(edgePx, Math.min(value, max));

function nextIndex(key: string, at: number, labels: readonly string[]): number | null {
  const count = labels.length;
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default: {
      if (key.length !== 1 || key === ' ') return null;
      const order = labels.map((_, index) => (at + 1 + index) % count);
      return order.find((index) => labels[index]?.toLowerCase().startsWith(key.toLowerCase())) ?? null;
    }
  }
}
