import { parse } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { LOGIN_MS } from './logins.js';

/** The cookie that a login is known by. */
export const LOGIN_COOKIE = 'roost_login';

/** No script can read it, and no other site can use it to change anything. */
function options(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure: request.secure, path: '/' };
}

export function loginToken(request: Pick<Request, 'headers'>): string | undefined {
  return parse(request.headers.cookie ?? '')[LOGIN_COOKIE];
}

export function setLogin(request: Request, response: Response, token: string): void {
  response.cookie(LOGIN_COOKIE, token, { ...options(request), maxAge: LOGIN_MS });
}

export function clearLogin(request: Request, response: Response): void {
  response.clearCookie(LOGIN_COOKIE, options(request));
}
