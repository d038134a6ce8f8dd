import { applyDecorators, Get, Header } from '@nestjs/common';

/** Nothing in a page comes from elsewhere. */
export const PAGE_HEADERS = {
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'private, no-cache',
} as const;

/** What a page could ask its person for, and may not without {@link Permissions}. */
const PERMISSIONS = ['camera', 'microphone', 'geolocation', 'display-capture'] as const;

type Permission = (typeof PERMISSIONS)[number];

/** A route that answers with a page. */
export function Page(...paths: string[]): MethodDecorator {
  const headers = Object.entries(PAGE_HEADERS).map(([name, value]) => Header(name, value));
  return applyDecorators(Get(paths), Permissions(), ...headers);
}

/** What a page may ask its person for. Stands above {@link Page}, whose headers it follows. */
export function Permissions(...allowed: Permission[]): MethodDecorator {
  const policy = PERMISSIONS.map((permission) => `${permission}=(${allowed.includes(permission) ? 'self' : ''})`);
  return Header('permissions-policy', policy.join(', '));
}
