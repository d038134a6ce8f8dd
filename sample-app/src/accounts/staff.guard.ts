import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { parse } from 'cookie';
import { RoostContext } from 'nestjs-roost';

/** The cookie that moderators are known by. */
const COOKIE = 'roost_staff';

/** Whether these are a moderator's cookies: one holds what `ROOST_SAMPLE_STAFF` says. Where that is not set nobody is one. */
export function isStaff(cookies: Readonly<Record<string, string | undefined>>): boolean {
  const secret = process.env['ROOST_SAMPLE_STAFF'];
  const given = cookies[COOKIE];
  if (!secret || given === undefined) return false;
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(secret), hash(given));
}

/** Lets moderators in, on pages and in rooms alike. */
@Injectable()
export class StaffGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const staff =
      context.getType() === 'http'
        ? isStaff(parse(context.switchToHttp().getRequest<IncomingMessage>().headers.cookie ?? ''))
        : (RoostContext.of(context).session.user as { readonly staff?: boolean } | undefined)?.staff;
    if (staff === true) return true;
    throw new ForbiddenException('This is for moderators.');
  }
}
