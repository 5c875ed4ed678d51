import { useCallback, useState } from 'react';

/** The inner width of an element in px, followed; 0 until it is known. */
export function useWidthPx(): [ref: (element: HTMLElement | null) => void, widthPx: number] {
  const [widthPx, setWidthPx] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const measure = (): void => setWidthPx(element.clientWidth);
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    measure();
    return () => sizes.disconnect();
  }, []);
  return [ref, widthPx];
}
