import { applyDecorators, Get, Header } from '@nestjs/common';

/** Nothing in a page comes from elsewhere. */
export const PAGE_HEADERS = {
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'private, no-cache',
} as const;

/** A route that answers with a page. */
export function Page(...paths: string[]): MethodDecorator {
  return applyDecorators(Get(paths), ...Object.entries(PAGE_HEADERS).map(([name, value]) => Header(name, value)));
}
