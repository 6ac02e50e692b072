import { useLayoutEffect, useRef, type RefObject } from 'react';

const maxHeightPx = 560;
const widthPx = 360;
/** From this size of letters on, in multiples of the usual one. */
const largeText = 1.5;
const widthOfLargeTextPx = 480;
const usualFontPx = 13;

export interface SizeWishes {
  readonly report: (size: { readonly width: number; readonly height: number }) => unknown;
  /** While it is the same text, the height stays; null: it follows the content. */
  readonly keep: string | null;
  /** What hangs over the content, a menu say, needs this height. */
  readonly atLeast: number;
}

/**
 * Reports how large the popover wants to be, in CSS pixels. Its height is the sum of its parts as they would stand without a
 * window around them: the window follows, and the list scrolls when it gets less than it wants. Parts are the elements with
 * `data-measured` below the returned ref.
 */
export function useContentSize(wishes: SizeWishes): RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null);
  const latest = useRef(wishes);
  const measureNow = useRef<() => void>(() => undefined);
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    let reported = { width: 0, height: 0 };
    let kept: string | null = null;
    const partsOf = (): readonly Element[] => [...element.querySelectorAll('[data-measured]')];
    const measure = (): void => {
      const { keep, atLeast, report } = latest.current;
      const width = wantedWidth();
      const mayStay = keep !== null && keep === kept && width === reported.width;
      kept = keep;
      if (mayStay && reported.height >= atLeast) return;
      const border = element.offsetHeight - element.clientHeight;
      const sum = partsOf().reduce((height, part) => height + part.getBoundingClientRect().height, border);
      const height = Math.min(maxHeightPx, Math.ceil(Math.max(sum, atLeast)));
      if ((height === reported.height && width === reported.width) || sum === 0) return;
      reported = { width, height };
      report(reported);
    };
    measureNow.current = measure;
    const sizes = new ResizeObserver(measure);
    const observeParts = (): void => {
      sizes.disconnect();
      partsOf().forEach((part) => sizes.observe(part));
    };
    // Parts come and go: the filter field, a page.
    const parts = new MutationObserver(observeParts);
    parts.observe(element, { childList: true, subtree: false });
    observeParts();
    // At once: a window that waits for its height is not drawn yet, and may not deliver what it observes.
    measure();
    return () => {
      sizes.disconnect();
      parts.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    latest.current = wishes;
  });
  // The content itself is observed; these two are not seen there.
  useLayoutEffect(() => measureNow.current(), [wishes.keep, wishes.atLeast]);
  return root;
}

function wantedWidth(): number {
  const fontPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return fontPx / usualFontPx >= largeText ? widthOfLargeTextPx : widthPx;
}
