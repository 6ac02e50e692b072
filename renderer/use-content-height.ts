import { useLayoutEffect, useRef, type RefObject } from 'react';

const maxHeightPx = 560;

/**
 * Reports how high the popover wants to be, in CSS pixels: the sum of its parts as they would stand without a window
 * around them. The window follows, and the list scrolls when it gets less than it wants. Parts are the elements with
 * `data-measured` below the returned ref.
 */
export function useContentHeight(report: (height: number) => unknown): RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    let reported = 0;
    const partsOf = (): readonly Element[] => [...element.querySelectorAll('[data-measured]')];
    const measure = (): void => {
      const border = element.offsetHeight - element.clientHeight;
      const sum = partsOf().reduce((height, part) => height + part.getBoundingClientRect().height, border);
      const height = Math.min(maxHeightPx, Math.ceil(sum));
      if (height === reported || height === 0) return;
      reported = height;
      report(height);
    };
    const sizes = new ResizeObserver(measure);
    const observeParts = (): void => {
      sizes.disconnect();
      partsOf().forEach((part) => sizes.observe(part));
    };
    // Parts come and go: the filter field, the settings.
    const parts = new MutationObserver(observeParts);
    parts.observe(element, { childList: true });
    observeParts();
    // At once: a window that waits for its height is not drawn yet, and may not deliver what it observes.
    measure();
    return () => {
      sizes.disconnect();
      parts.disconnect();
    };
  }, [report]);
  return root;
}
