import { applyDecorators, Get, Header } from '@nestjs/common';

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
