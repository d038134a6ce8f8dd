/** Milliseconds between two runs while the page cannot be seen, and has no frames. */
const HIDDEN_MS = 200;

/** Runs something once for all that asks for it within a frame. */
export class PerFrame {
  #awaited = false;

  constructor(private readonly run: () => void) {}

  ask(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    const run = () => {
      this.#awaited = false;
      this.run();
    };
    if (document.hidden) setTimeout(run, HIDDEN_MS);
    else requestAnimationFrame(run);
  }
}
