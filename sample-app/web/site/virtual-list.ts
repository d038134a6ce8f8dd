import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type Range,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import { drawNow } from './mount.js';

/** Rows beyond either edge that are drawn all the same. */
const OVERSCAN = 6;

interface Options {
  /** The box that scrolls. */
  readonly box: RefObject<HTMLElement | null>;
  readonly count: number;
  /** What a row is known by; the same row has the same key for as long as it is in the list. */
  readonly keyOf: (index: number) => string | number;
  /** Pixels that a row is taken to be high until it was drawn: rather too few than too many. */
  readonly estimate: number;
  /** Pixels above the first row, and below the last. */
  readonly padding: readonly [start: number, end: number];
  /** Pixels from the end within which the list follows what is added. */
  readonly near: number;
}

export interface VirtualList {
  readonly rows: readonly VirtualItem[];
  /** Pixels that the rows before and after those that are drawn take. */
  readonly space: readonly [before: number, after: number];
  /** To be the `ref` of each row, which needs its index as `data-index`. */
  readonly measure: (row: HTMLElement | null) => void;
  /** Whether the end is in view, and stays so while rows are added. */
  readonly follows: () => boolean;
  readonly toEnd: () => void;
}

/**
 * Draws of a long list the rows that can be seen, and a few more. It begins at its end, and stays there while rows are
 * added; where the person has scrolled up, what they read stays where it is.
 */
export function useVirtualList({ box, count, keyOf, estimate, padding, near }: Options): VirtualList {
  const [, redraw] = useReducer<number, void>((times) => times + 1, 0);
  const [list] = useState(() => newVirtualizer(count, estimate));
  const { follows, stick } = useFollowing(box, near, redraw);
  list.setOptions({
    ...list.options,
    count,
    getItemKey: keyOf,
    getScrollElement: () => box.current,
    estimateSize: () => estimate,
    paddingStart: padding[0],
    paddingEnd: padding[1],
    // What scrolls at the end is `stick` alone. Elsewhere the rows that are read stay where they are.
    anchorTo: follows.current ? 'start' : 'end',
    // At the end it is the last rows, wherever the box will have been scrolled to once they are drawn.
    rangeExtractor: follows.current ? lastRows(list, estimate) : defaultRangeExtractor,
    onChange: (_list, sync) => {
      // What was scrolled in the same breath has to be drawn with it.
      if (sync) drawNow(() => redraw());
      else redraw();
    },
  });
  list.shouldAdjustScrollPositionOnItemSizeChange = follows.current ? () => false : undefined;
  const toEnd = () => {
    follows.current = true;
    redraw();
  };
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => {
    list._willUpdate();
    stick();
  });
  const rows = list.getVirtualItems();
  return {
    rows,
    space: [rows[0]?.start ?? padding[0], list.getTotalSize() - (rows.at(-1)?.end ?? padding[0])],
    measure: list.measureElement,
    follows: () => follows.current,
    toEnd,
  };
}

function newVirtualizer(count: number, estimate: number): Virtualizer<HTMLElement, HTMLElement> {
  return new Virtualizer<HTMLElement, HTMLElement>({
    count,
    getScrollElement: () => null,
    estimateSize: () => estimate,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    overscan: OVERSCAN,
    // As high as it is, not rounded: rows stand one below the other, and would drift from what is reckoned.
    measureElement: (row) => row.getBoundingClientRect().height,
    // Before the box is known.
    initialRect: { width: innerWidth, height: innerHeight },
  });
}

/**
 * Whether the list stays at its end. Only the person ends that, by scrolling up: rows that are added, or turn out higher
 * than they were taken to be, move the end without moving what is seen.
 */
function useFollowing(box: RefObject<HTMLElement | null>, near: number, changed: () => void) {
  const follows = useRef(true);
  /** Where the box was scrolled to last, by the list or the person. */
  const top = useRef(0);
  const stick = () => {
    const { current } = box;
    if (current === null || !follows.current) return;
    current.scrollTop = current.scrollHeight;
    top.current = current.scrollTop;
  };
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = current;
      const before = follows.current;
      if (scrollHeight - clientHeight - scrollTop <= near) follows.current = true;
      else if (scrollTop < top.current - 1) follows.current = false;
      top.current = scrollTop;
      if (follows.current !== before) changed();
    };
    current.addEventListener('scroll', onScroll, { passive: true });
    // The box itself may become lower: above a phone's keyboard, or above a higher input.
    const observer = new ResizeObserver(stick);
    observer.observe(current);
    if (current.firstElementChild) observer.observe(current.firstElementChild);
    return () => {
      observer.disconnect();
      current.removeEventListener('scroll', onScroll);
    };
  }, [box, near]);
  return { follows, stick };
}

/** As many rows at the end as fit into the box, and a few more. */
function lastRows(list: Virtualizer<HTMLElement, HTMLElement>, estimate: number) {
  return ({ count }: Range) => {
    const fitting = Math.ceil((list.scrollRect?.height ?? innerHeight) / estimate) + OVERSCAN;
    const first = Math.max(0, count - fitting);
    return Array.from({ length: count - first }, (_, i) => first + i);
  };
}
