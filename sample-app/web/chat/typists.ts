import { signal } from '@preact/signals';
import { count } from '../site/count.js';

/** Milliseconds after which somebody who was not heard of any more has stopped typing. */
const FADE_MS = 5_000;
/** Milliseconds between two times that it is told that the person types. */
export const TELL_MS = 2_500;
/** Typists that are kept; in a crowd more say nothing. */
const KEPT = 50;

/** Who is writing at the moment. */
export class Typists {
  readonly names = signal<readonly string[]>([]);
  readonly #timers = new Map<string, { readonly name: string; readonly timer: ReturnType<typeof setTimeout> }>();

  /** @param id of the session */
  types(id: string, name: string): void {
    const before = this.#timers.get(id);
    if (before === undefined && this.#timers.size >= KEPT) return;
    clearTimeout(before?.timer);
    this.#timers.set(id, { name, timer: setTimeout(() => this.stops(id), FADE_MS) });
    this.#tell();
  }

  stops(id: string | undefined): void {
    const typist = id === undefined ? undefined : this.#timers.get(id);
    if (id === undefined || typist === undefined) return;
    clearTimeout(typist.timer);
    this.#timers.delete(id);
    this.#tell();
  }

  clear(): void {
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#tell();
  }

  #tell(): void {
    this.names.value = [...this.#timers.values()].map(({ name }) => name);
  }
}

export function typingWords(names: readonly string[]): string {
  const [one, two] = names;
  if (one === undefined) return '';
  if (two === undefined) return `${one} is typing`;
  return names.length === 2
    ? `${one} and ${two} are typing`
    : `${one} and ${count(names.length - 1, 'other')} are typing`;
}
