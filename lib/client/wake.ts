/** What a page tells of itself. In Node nothing ever is. */
export interface PageEvents {
  /** The page, or its network, is back: what was true before may not be. */
  awake(): void;
  /** The page believes its network gone. */
  offline(): void;
  /** The page goes, perhaps for good. */
  hide(): void;
  /** The page is shown, perhaps again. */
  show(): void;
}

/** @returns a function that stops listening */
export function watchPage({ awake, offline, hide, show }: PageEvents): () => void {
  // Of a window's methods Node has none, and a worker has no pages.
  const page: Partial<Pick<typeof globalThis, 'addEventListener' | 'removeEventListener'>> = globalThis;
  const listeners: Record<string, () => void> = {
    online: awake,
    visibilitychange: awake,
    offline,
    pagehide: hide,
    pageshow: () => {
      show();
      awake();
    },
  };
  for (const [event, listener] of Object.entries(listeners)) page.addEventListener?.(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) page.removeEventListener?.(event, listener);
  };
}
