import type { Html } from '../src/view/html.js';

type Kind<E extends Element> = new () => E;

/** The page's element of this id. */
export function byId(id: string): HTMLElement;
export function byId<E extends HTMLElement>(id: string, kind: Kind<E>): E;
export function byId(id: string, kind: Kind<HTMLElement> = HTMLElement): HTMLElement {
  return within(document, `#${id}`, kind);
}

/** The first element in `parent` that fits. A page without it is broken, and says so. */
export function within<E extends Element>(parent: ParentNode, selector: string, kind: Kind<E>): E {
  const found = parent.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} ${selector}`);
  return found;
}

/** Makes nodes of a template, in which everything that people wrote is escaped already. */
export function nodes(content: Html | readonly Html[]): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = Array.isArray(content) ? content.join('') : String(content);
  return template.content;
}

export function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}
