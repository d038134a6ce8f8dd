import { readFileSync } from 'node:fs';
import { applyDecorators, Get, Header } from '@nestjs/common';
import type { Html } from './html.js';

const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** A route that answers with a page. Nothing in it comes from elsewhere. */
export function Page(...paths: string[]): MethodDecorator {
  return applyDecorators(
    Get(paths),
    Header('content-security-policy', POLICY),
    Header('content-type', 'text/html; charset=utf-8'),
    Header('cache-control', 'no-cache'),
  );
}

/** A page that the web build has made, with places to fill. */
export class Template {
  readonly #text: string;

  constructor(name: string) {
    this.#text = readFileSync(new URL(`../web/${name}.html`, import.meta.url), 'utf8');
  }

  render(places: Readonly<Record<string, Html>>): string {
    return this.#text.replace(/\{\{(\w+)\}\}/g, (_place, name: string) => String(places[name]));
  }
}
