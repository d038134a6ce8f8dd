import { TokenBucket, type TokenRate } from './token-bucket.js';

/**
 * Token buckets of one rate, one for each key. One that is full again is as good as new and is forgotten; past `most`
 * so is the one that was not used for the longest time.
 */
export class TokenBuckets {
  /** By when they were last used. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly rate: TokenRate,
    private readonly most: number,
  ) {}

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The bucket of a key, for use now. */
  of(key: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.rate, now);
    this.#buckets.delete(key);
    for (const [oldest, other] of this.#buckets) {
      if (this.#buckets.size < this.most && !other.full(now)) break;
      this.#buckets.delete(oldest);
    }
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
