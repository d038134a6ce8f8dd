import { hydrate, options, type VNode } from 'preact';
import { byId } from './dom.js';

/** What the server has put into the page for the script to begin with. */
export function startOfPage(): unknown {
  return JSON.parse(byId('start').textContent);
}

/** Brings the page to life that the server has rendered. Whatever changes within a frame is drawn once, with it. */
export function mount(page: VNode): void {
  options.debounceRendering = requestAnimationFrame;
  hydrate(page, byId('page'));
}

/** Draws what a change brings before it returns, rather than with the next frame. */
export function drawNow(change: () => void): void {
  const { debounceRendering } = options;
  let draw: (() => void) | undefined;
  options.debounceRendering = (run) => (draw = run);
  try {
    change();
  } finally {
    if (debounceRendering) options.debounceRendering = debounceRendering;
    else delete options.debounceRendering;
  }
  draw?.();
}
