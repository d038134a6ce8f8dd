/** Direct messages of a session, numbered, kept until the client has said that they arrived. */
export class DirectQueue {
  readonly #waiting: { readonly seq: number; readonly text: string }[] = [];
  #bytes = 0;
  #seq = 0;

  constructor(private readonly limits: { readonly count: number; readonly bytes: number }) {}

  /** How many wait for their acknowledgement. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Numbers a message and keeps it. Past the limits the oldest go. */
  add(encode: (seq: number) => string): string {
    const text = encode(this.#seq + 1);
    this.#waiting.push({ seq: ++this.#seq, text });
    this.#bytes += text.length;
    while (this.#waiting.length > this.limits.count || this.#bytes > this.limits.bytes) this.#drop();
    return text;
  }

  /** Messages up to `seq` have arrived. */
  acknowledge(seq: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].seq <= seq) this.#drop();
  }

  /**
   * What a client that has seen everything up to `seq` is to get.
   *
   * @returns the position just before the first of them, and whether that is where the client is
   */
  since(seq: number): { readonly seq: number; readonly recovered: boolean; readonly texts: readonly string[] } {
    this.acknowledge(seq);
    const start = (this.#waiting[0]?.seq ?? this.#seq + 1) - 1;
    return { seq: start, recovered: start === seq, texts: this.#waiting.map(({ text }) => text) };
  }

  #drop(): void {
    this.#bytes -= this.#waiting.shift()?.text.length ?? 0;
  }
}
