/**
 * How much of something may happen: `burst` at once, and `perSecond` in the long run.
 *
 * @publicApi
 */
export interface TokenRate {
  perSecond: number;
  burst: number;
}

/** A token, but for what is lost in sums of fractions. */
const TOKEN = 1 - 1e-9;

/**
 * A token bucket. It is two numbers and no timer, since there is one for each session and each address.
 */
export class TokenBucket {
  #tokens: number;
  #at: number;

  /** @param now milliseconds that only rise */
  constructor(
    private readonly rate: TokenRate,
    now: number,
  ) {
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes a token; where there is none, says after how many milliseconds there will be. */
  take(now: number): number | undefined {
    this.#refill(now);
    if (this.#tokens >= TOKEN) {
      this.#tokens = Math.max(0, this.#tokens - 1);
      return undefined;
    }
    return Math.ceil(((1 - this.#tokens) / this.rate.perSecond) * 1_000);
  }

  /** Puts a token back that was taken in vain. */
  giveBack(): void {
    this.#tokens = Math.min(this.rate.burst, this.#tokens + 1);
  }

  /** Whether it is as if it had never been used, so that it may be forgotten. */
  full(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.rate.burst;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.rate.burst, this.#tokens + ((now - this.#at) / 1_000) * this.rate.perSecond);
    this.#at = now;
  }
}
