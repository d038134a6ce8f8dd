import { ForbiddenException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/**
 * Pages of other sites may post nothing. The cookie stays at home by itself; but a page that signed its visitors in, as
 * somebody that it knows, would read what they write.
 */
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<Request>();
    const { origin, host } = headers;
    if (method === 'GET' || origin === undefined) return true;
    if (URL.canParse(origin) && new URL(origin).host === host) return true;
    throw new ForbiddenException('Only pages of this site may do that.');
  }
}
