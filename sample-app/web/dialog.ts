import { byId, within } from './dom.js';

/** A dialog that asks for one line. */
export class Ask {
  readonly #dialog: HTMLDialogElement;
  readonly #input: HTMLInputElement;
  readonly #refusal: HTMLElement;

  /** @param take says in words what is wrong with the answer, or nothing where it was taken */
  constructor(dialog: string, take: (answer: string) => string | undefined) {
    this.#dialog = byId(dialog, HTMLDialogElement);
    this.#input = within(this.#dialog, 'input', HTMLInputElement);
    this.#refusal = within(this.#dialog, '.refusal', HTMLElement);
    within(this.#dialog, '[data-close]', HTMLElement).addEventListener('click', () => this.#dialog.close());
    this.#input.addEventListener('input', () => this.#say(undefined));
    within(this.#dialog, 'form', HTMLFormElement).addEventListener('submit', (event) => {
      const fault = take(this.#input.value);
      this.#say(fault);
      if (fault !== undefined) event.preventDefault();
    });
  }

  open(answer: string, fault?: string): void {
    this.#input.value = answer;
    this.#say(fault);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#input.select();
  }

  #say(fault: string | undefined): void {
    this.#refusal.textContent = fault ?? '';
    this.#input.setAttribute('aria-invalid', String(fault !== undefined));
  }
}
