import { Logger } from '@nestjs/common';
import { isUnavailable } from './protocol/index.js';

/** Milliseconds between two lines that say that the store does not answer. */
const QUIET = 5_000;

/** Tells errors in the app's log. While the store does not answer everything fails: that is told now and then, with how often. */
export class ErrorLog {
  readonly #logger = new Logger('Roost');
  #quietUntil = Number.NEGATIVE_INFINITY;
  #untold = 0;

  report(error: unknown, what: string): void {
    if (isUnavailable(error)) this.#unavailable((error as Error).message, what);
    else if (error instanceof Error) this.#logger.error(`${what}: ${error.message}`, error.stack);
    else this.#logger.error(`${what}: ${String(error)}`);
  }

  #unavailable(message: string, what: string): void {
    const now = performance.now();
    if (now < this.#quietUntil) {
      this.#untold++;
      return;
    }
    const others = this.#untold > 0 ? `, and ${this.#untold} more since the last line` : '';
    this.#logger.warn(`${what}: ${message}${others}`);
    this.#quietUntil = now + QUIET;
    this.#untold = 0;
  }
}
