import { Body, Controller, Get, Header, Post, Req, UnauthorizedException, UseFilters, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import type { Refusal } from '../accounts/account.contract.js';
import { hasAccount } from '../accounts/account-id.js';
import { Visitors } from '../accounts/visitors.js';
import { RefusalFilter } from '../view/refusal.filter.js';
import { SameOriginGuard } from '../view/same-origin.guard.js';
import type { ChannelSummary } from './channel.contract.js';
import { ChannelDirectory } from './channel-directory.js';
import { Channels } from './channels.js';
import { NewChannelDto } from './new-channel.dto.js';

/** The list of channels over HTTP; how many are in them goes on over the WebSocket. */
@Controller('api/channels')
@UseGuards(SameOriginGuard)
@UseFilters(RefusalFilter)
export class ChannelsController {
  constructor(
    private readonly channels: Channels,
    private readonly directory: ChannelDirectory,
    private readonly visitors: Visitors,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  list(): ChannelSummary[] {
    return this.directory.all();
  }

  @Post()
  create(@Body() channel: NewChannelDto, @Req() request: Request): ChannelSummary {
    const person = this.visitors.person(request);
    if (person === undefined || !hasAccount(person)) {
      throw new UnauthorizedException({ message: 'Sign in with an account to open a channel.' } satisfies Refusal);
    }
    return this.directory.summary(this.channels.create(channel, person));
  }
}
