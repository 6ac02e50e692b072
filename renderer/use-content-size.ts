import { useLayoutEffect, useRef, type RefObject } from 'react';

const maxHeightPx = 560;
const widthPx = 360;
/** Text counts as large from this multiple of the default size on. */
const largeText = 1.5;
const widthOfLargeTextPx = 480;
const usualFontPx = 13;

export interface SizeWishes {
  readonly report: (size: { readonly width: number; readonly height: number }) => unknown;
  /** While this string stays the same, so does the height; null: the height follows the content. */
  readonly keep: string | null;
  /** The height needed by an overlay, such as a menu. */
  readonly atLeast: number;
}

/**
 * Reports the size that the popover needs, in CSS pixels. The height is the sum of the parts' natural heights: the window
 * follows it, and the list scrolls if the window is smaller. The parts are the elements with `data-measured` below the
 * returned ref.
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
    // Parts such as the filter field or a page come and go.
    const parts = new MutationObserver(observeParts);
    parts.observe(element, { childList: true, subtree: false });
    observeParts();
    // Measure at once: a window that is waiting for its height is not drawn yet, and its observers may not fire.
    measure();
    return () => {
      sizes.disconnect();
      parts.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    latest.current = wishes;
  });
  // The observers cover the content, but not these two values.
  useLayoutEffect(() => measureNow.current(), [wishes.keep, wishes.atLeast]);
  return root;
}

function wantedWidth(): number {
  const fontPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return fontPx / usualFontPx >= largeText ? widthOfLargeTextPx : widthPx;
}
