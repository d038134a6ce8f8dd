import { byId, count, within } from '../dom.js';

/** Characters a message may have; the server has the last word. */
const LENGTH = 500;
/** Characters left from which on they are counted. */
const COUNTED = 80;

/** Where a person writes. Whether a text will do is for the server to say; its words stand beside the input. */
export class Composer {
  readonly #text = byId('text', HTMLTextAreaElement);
  readonly #counter = byId('counter');
  readonly #refusal = byId('refusal');
  readonly #send: HTMLButtonElement;

  constructor(say: (text: string) => void) {
    const form = byId('composer', HTMLFormElement);
    this.#send = within(form, '[type=submit]', HTMLButtonElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = this.#text.value.trim();
      this.#text.value = '';
      this.#text.focus();
      this.#changed();
      say(text);
    });
    this.#text.addEventListener('input', () => this.#changed());
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#changed();
  }

  /** What is being written: each channel has its own. */
  get draft(): string {
    return this.#text.value;
  }

  set draft(text: string) {
    this.#text.value = text;
    this.#changed();
  }

  /** Says why a text was not taken, and gives it back where nothing else was begun. */
  refuse(text: string, words: string): void {
    if (this.#text.value === '') this.draft = text;
    this.tell(words);
    this.#text.setAttribute('aria-invalid', 'true');
  }

  /** Says something beside the input, until the person writes on. */
  tell(words: string): void {
    this.#refusal.textContent = words;
  }

  /** Nothing can be said while there are words why. */
  close(words: string | undefined): void {
    this.#text.disabled = this.#send.disabled = words !== undefined;
    if (words !== undefined) this.tell(words);
  }

  focus(): void {
    this.#text.focus();
  }

  #changed(): void {
    this.#refusal.textContent = '';
    this.#text.removeAttribute('aria-invalid');
    const left = LENGTH - [...this.#text.value.trim()].length;
    this.#counter.textContent =
      left < 0 ? `${count(-left, 'character')} too many` : left <= COUNTED ? `${left} left` : '';
    this.#counter.classList.toggle('over', left < 0);
    this.#text.style.height = 'auto';
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }
}
