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
import { ThrottlerGuard } from '@nestjs/throttler';
import type { Request, Response } from 'express';
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

/** Who somebody is, over HTTP. What they get is a cookie, which lets their WebSocket in too. */
@Controller('api')
@UseFilters(RefusalFilter)
export class AccountsController {
  constructor(
    private readonly accounts: Accounts,
    private readonly logins: Logins,
    private readonly visitors: Visitors,
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
    const token = loginToken(request);
    if (token !== undefined) this.logins.end(token);
    clearLogin(request, response);
    return {};
  }

  #begin(person: Person, request: Request, response: Response): Me {
    const before = loginToken(request);
    if (before !== undefined) this.logins.end(before);
    setLogin(request, response, this.logins.begin(person));
    return this.visitors.me(person);
  }
}
