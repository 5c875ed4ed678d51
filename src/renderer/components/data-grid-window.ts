import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { follow, scaleOf, toTrackTop, type ScrollPosition } from './data-grid-scroll.ts';

export const ROW_PX = 32;
const HEAD_PX = 34;
/** Drawn beyond what is in sight, for the frames in which Chromium scrolls faster than we draw; a jump pays for each. */
const OVERSCAN_ROWS = 5;
/** The drawn rows change by so many at once: a turn of the wheel is one rendering. */
const STRIDE_ROWS = 4;

export type RowRange = { first: number; last: number };

/** What is in the document: each row stands at `index × ROW_PX + shiftPx` on the track. */
export type RowWindow = {
  drawn: RowRange;
  /** The rows that can be seen; those drawn are some more. */
  sight: RowRange;
  shiftPx: number;
  /** Rows that can be drawn at once: row `index` may take the elements of row `index − slots`. */
  slots: number;
  viewPx: number;
  /** 0 until it is known. */
  widthPx: number;
};

type RowWindowControl = {
  /** For the scrolling element; its head is HEAD_PX high and sticks to the top. */
  ref: (scroller: HTMLElement | null) => (() => void) | undefined;
  window: RowWindow;
  /** The height of the element that the rows stand on. */
  trackPx: number;
  /** Scrolls as little as brings the row into sight, or so that it is the first there. */
  scrollToRow: (index: number, to: 'nearest' | 'first') => void;
};

/**
 * The rows of a long list that are in sight. Written by hand: TanStack Virtual keeps a measurement for each row
 * and needs an element as high as all of them, which Chromium does not lay out (data-grid-scroll.ts).
 */
export function useRowWindow(
  rowCount: number,
  onSight: ((rows: RowRange) => void) | undefined,
): RowWindowControl {
  const [view] = useState(createRowView);
  const window = useSyncExternalStore(view.subscribe, view.window);
  useLayoutEffect(() => view.setRowCount(rowCount), [view, rowCount]);
  useEffect(() => view.setOnSight(onSight), [view, onSight]);
  const { trackPx } = scaleOf(rowCount * ROW_PX, window.viewPx);
  return { ref: view.attach, window, trackPx, scrollToRow: view.scrollToRow };
}

function createRowView() {
  const listeners = new Set<() => void>();
  let scroller: HTMLElement | null = null;
  let rowCount = 0;
  let viewPx = 0;
  let widthPx = 0;
  let position: ScrollPosition = { trackTop: 0, contentTop: 0 };
  let window = windowAt(position, { rowCount, viewPx, widthPx });
  let onSight: ((rows: RowRange) => void) | undefined;

  const scale = () => scaleOf(rowCount * ROW_PX, viewPx);

  function update(next: ScrollPosition): void {
    position = next;
    const before = window;
    window = windowAt(position, { rowCount, viewPx, widthPx });
    if (isSame(before, window)) {
      window = before;
      return;
    }
    // Before they are drawn: main reads the missing rows while their placeholders are.
    onSight?.(window.sight);
    for (const listener of listeners) listener();
  }

  /** The scroll bar is put where it belongs; its scroll event will find nothing left to do. */
  function moveTo(wantedTop: number): void {
    const { contentPx } = scale();
    const contentTop = Math.max(0, Math.min(contentPx - viewPx, wantedTop));
    if (!scroller) return;
    scroller.scrollTop = toTrackTop(scale(), contentTop);
    update({ trackTop: scroller.scrollTop, contentTop });
  }

  function attach(element: HTMLElement | null): (() => void) | undefined {
    if (element === null) return undefined;
    scroller = element;
    const onScroll = (): void => update(follow(scale(), position, element.scrollTop));
    // The wheel moved rows and track alike, and so the track too far by as much as it is compressed.
    const onScrollEnd = (): void => {
      const driftPx = toTrackTop(scale(), position.contentTop) - position.trackTop;
      if (Math.abs(driftPx) >= 1) moveTo(position.contentTop);
    };
    const measure = (): void => {
      viewPx = Math.max(0, element.clientHeight - HEAD_PX);
      widthPx = element.clientWidth;
      update(follow(scale(), position, element.scrollTop));
    };
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('scrollend', onScrollEnd);
    measure();
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('scrollend', onScrollEnd);
      scroller = null;
    };
  }

  return {
    attach,
    window: () => window,
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setOnSight: (tell: typeof onSight): void => {
      onSight = tell;
      onSight?.(window.sight);
    },
    setRowCount: (count: number): void => {
      rowCount = count;
      moveTo(position.contentTop);
    },
    scrollToRow: (index: number, to: 'nearest' | 'first'): void => {
      const top = index * ROW_PX;
      if (to === 'first' || top < position.contentTop) moveTo(top);
      else moveTo(Math.max(position.contentTop, top + ROW_PX - viewPx));
    },
  };
}

type Sizes = { rowCount: number; viewPx: number; widthPx: number };

function windowAt(at: ScrollPosition, { rowCount, viewPx, widthPx }: Sizes): RowWindow {
  const end = rowCount - 1;
  const sight = {
    first: Math.max(0, Math.min(end, Math.floor(at.contentTop / ROW_PX))),
    last: Math.min(end, Math.ceil((at.contentTop + viewPx) / ROW_PX) - 1),
  };
  const start = Math.floor(sight.first / STRIDE_ROWS) * STRIDE_ROWS - OVERSCAN_ROWS;
  const slots = Math.ceil(viewPx / ROW_PX) + 1 + STRIDE_ROWS + 2 * OVERSCAN_ROWS;
  const drawn = { first: Math.max(0, start), last: Math.min(end, start + slots - 1) };
  return {
    drawn: viewPx === 0 ? { first: 0, last: -1 } : drawn,
    sight,
    shiftPx: Math.round(at.trackTop - at.contentTop),
    slots,
    viewPx,
    widthPx,
  };
}

/** The rows in sight may differ, as long as the same are drawn at the same place; only the top counts. */
function isSame(a: RowWindow, b: RowWindow): boolean {
  return (
    (a.sight.first === 0) === (b.sight.first === 0) &&
    a.drawn.first === b.drawn.first &&
    a.drawn.last === b.drawn.last &&
    a.shiftPx === b.shiftPx &&
    a.viewPx === b.viewPx &&
    a.widthPx === b.widthPx
  );
}
