import { Controller, Get, Header, Param, ParseIntPipe, Query } from '@nestjs/common';
import { Rooms } from 'nestjs-roost';
import { readPosition } from './position.js';

/** Polling: who wants to know asks again and again, and is answered at once. */
@Controller('api/compare/:channel/polling')
export class PollingController {
  constructor(private readonly rooms: Rooms) {}

  @Get()
  @Header('cache-control', 'no-store')
  messages(@Param('channel', ParseIntPipe) channel: number, @Query('since') since: string) {
    return this.rooms.get(`compare/${channel}`).history({ since: readPosition(since).offset, limit: 1_000 });
  }
}
