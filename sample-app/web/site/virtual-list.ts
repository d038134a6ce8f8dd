import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';
import { drawNow } from './mount.js';

/** Rows beyond either edge that are drawn all the same. */
const OVERSCAN = 6;

interface Options {
  /** The box that scrolls. */
  readonly box: RefObject<HTMLElement | null>;
  readonly count: number;
  /** What a row is known by; the same row has the same key for as long as it is in the list. */
  readonly keyOf: (index: number) => string | number;
  /** Pixels that a row is taken to be high until it was drawn. */
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
  readonly toEnd: () => void;
  readonly isAtEnd: () => boolean;
}

/**
 * Draws of a long list the rows that can be seen, and a few more. It begins at its end, and stays there while rows are
 * added; where the person has scrolled up, what they read stays where it is.
 */
export function useVirtualList({ box, count, keyOf, estimate, padding, near }: Options): VirtualList {
  const [, redraw] = useReducer<number, void>((times) => times + 1, 0);
  const [list] = useState(
    () =>
      new Virtualizer<HTMLElement, HTMLElement>({
        ...FIXED,
        count,
        getScrollElement: () => null,
        estimateSize: () => estimate,
        // Before the box is known: the rows at the end, as many as fit into the window.
        initialRect: { width: innerWidth, height: innerHeight },
        initialOffset: Number.MAX_SAFE_INTEGER,
      }),
  );
  list.setOptions({
    ...list.options,
    count,
    getItemKey: keyOf,
    getScrollElement: () => box.current,
    estimateSize: () => estimate,
    paddingStart: padding[0],
    paddingEnd: padding[1],
    scrollEndThreshold: near,
    onChange: (_list, sync) => {
      // What was scrolled in the same breath has to be drawn with it.
      if (sync) drawNow(() => redraw());
      else redraw();
    },
  });
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  useLayoutEffect(() => list.scrollToEnd(), [list]);
  const rows = list.getVirtualItems();
  return {
    rows,
    space: [rows[0]?.start ?? padding[0], list.getTotalSize() - (rows.at(-1)?.end ?? padding[0])],
    measure: list.measureElement,
    toEnd: () => list.scrollToEnd(),
    isAtEnd: () => list.isAtEnd(),
  };
}

const FIXED = {
  scrollToFn: elementScroll,
  observeElementRect,
  observeElementOffset,
  overscan: OVERSCAN,
  anchorTo: 'end',
  followOnAppend: true,
  // As high as it is, not rounded: rows stand one below the other, and would drift from what is reckoned.
  measureElement: (row: HTMLElement) => row.getBoundingClientRect().height,
} as const;
