import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Post,
  Req,
  Res,
  UnprocessableEntityException,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { Throttle, ThrottlerGuard } from '@nestjs/throttler';
import type { Request, Response } from 'express';
import { Sessions } from 'nestjs-roost';
import { guestName } from '../people/guest-name.js';
import { cleanNickname, nicknameFault } from '../people/nickname.js';
import type { Person } from '../people/person.js';
import type { Me, Refusal } from './account.contract.js';
import { Accounts } from './accounts.js';
import { CredentialsDto, GuestDto } from './credentials.dto.js';
import { clearLogin, loginToken, setLogin } from './login-cookie.js';
import { Logins } from './logins.js';
import { Visitors } from './visitors.js';
import { RefusalFilter } from '../view/refusal.filter.js';
import { SameOriginGuard } from '../view/same-origin.guard.js';

/** Guests of one address in a minute: they come without a password to guess. */
const GUESTS = { default: { ttl: 60_000, limit: 300 } };

/** Who somebody is, over HTTP. What they get is a cookie, which lets their WebSocket in too. */
@Controller('api')
@UseGuards(SameOriginGuard)
@UseFilters(RefusalFilter)
export class AccountsController {
  constructor(
    private readonly accounts: Accounts,
    private readonly logins: Logins,
    private readonly visitors: Visitors,
    private readonly sessions: Sessions,
  ) {}

  @Get('me')
  @Header('cache-control', 'no-store')
  me(@Req() request: Request): Me {
    return this.visitors.of(request);
  }

  @Post('sign-up')
  @HttpCode(200)
  @UseGuards(ThrottlerGuard)
  async signUp(
    @Body() credentials: CredentialsDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Me> {
    return this.#begin(await this.accounts.signUp(credentials), request, response);
  }

  @Post('sign-in')
  @HttpCode(200)
  @UseGuards(ThrottlerGuard)
  async signIn(
    @Body() credentials: CredentialsDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Me> {
    return this.#begin(await this.accounts.signIn(credentials), request, response);
  }

  @Post('guest')
  @HttpCode(200)
  @UseGuards(ThrottlerGuard)
  @Throttle(GUESTS)
  guest(@Body() guest: GuestDto, @Req() request: Request, @Res({ passthrough: true }) response: Response): Me {
    const name = guest.name === undefined ? guestName() : cleanNickname(guest.name);
    const message =
      nicknameFault(name) ??
      (this.accounts.byName(name) && 'Somebody has an account of that name: sign in, or take another.');
    if (message !== undefined) throw new UnprocessableEntityException({ message, field: 'name' } satisfies Refusal);
    return this.#begin({ id: `guest:${randomUUID()}`, name }, request, response);
  }

  @Post('sign-out')
  @HttpCode(200)
  signOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Me {
    this.#end(request);
    clearLogin(request, response);
    return {};
  }

  #begin(person: Person, request: Request, response: Response): Me {
    this.#end(request);
    setLogin(request, response, this.logins.begin(person));
    return this.visitors.me(person);
  }

  /**
   * The browser's pages come back, with the cookie that it has then. As somebody else they could not go on with their
   * sessions, which would only sit there asleep.
   */
  #end(request: Request): void {
    const token = loginToken(request);
    const login = this.logins.find(token);
    if (token === undefined || login === undefined) return;
    this.logins.end(token);
    for (const session of this.sessions.byUser<Person>(login.person.id)) {
      if (session.user.login !== login.id) continue;
      session.reauthenticate();
      session.end();
    }
  }
}
