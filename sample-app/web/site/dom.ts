type Kind<E extends Element> = new () => E;

/** The page's element of this id. A page without it is broken, and says so. */
export function byId(id: string): HTMLElement;
export function byId<E extends HTMLElement>(id: string, kind: Kind<E>): E;
export function byId(id: string, kind: Kind<HTMLElement> = HTMLElement): HTMLElement {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return found;
}
