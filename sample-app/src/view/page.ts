import { applyDecorators, Get, Header } from '@nestjs/common';

const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** What a page could ask its person for, and may not without {@link Permissions}. */
const PERMISSIONS = ['camera', 'microphone', 'geolocation', 'display-capture'] as const;

type Permission = (typeof PERMISSIONS)[number];

/** A route that answers with a page. Nothing in it comes from elsewhere. */
export function Page(...paths: string[]): MethodDecorator {
  return applyDecorators(
    Get(paths),
    Header('content-security-policy', POLICY),
    Permissions(),
    Header('content-type', 'text/html; charset=utf-8'),
    Header('cache-control', 'no-cache'),
  );
}

/** What a page may ask its person for. Stands above {@link Page}, whose headers it follows. */
export function Permissions(...allowed: Permission[]): MethodDecorator {
  const policy = PERMISSIONS.map((permission) => `${permission}=(${allowed.includes(permission) ? 'self' : ''})`);
  return Header('permissions-policy', policy.join(', '));
}
