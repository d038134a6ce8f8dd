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

  /** The last one's number. */
  get seq(): number {
    return this.#seq;
  }

  /** Those that wait, oldest first. */
  get waiting(): Iterable<{ readonly seq: number; readonly text: string }> {
    return this.#waiting;
  }

  /** Goes on where another node has stopped. */
  restore(seq: number, waiting: Iterable<{ readonly seq: number; readonly text: string }>): void {
    this.#seq = seq;
    for (const message of waiting) {
      this.#waiting.push(message);
      this.#bytes += message.text.length;
    }
  }

  /** What the client has seen was sent, though it is not known here: the node that sent it died too soon. */
  catchUp(seq: number): void {
    if (seq > this.#seq) this.#seq = seq;
  }

  #drop(): void {
    this.#bytes -= this.#waiting.shift()?.text.length ?? 0;
  }
}
