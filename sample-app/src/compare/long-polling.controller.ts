import type { ServerResponse } from 'node:http';
import { Controller, Get, Header, Param, ParseIntPipe, Query, Res } from '@nestjs/common';
import { Rooms, type HistoryPage } from 'nestjs-roost';
import { firstValueFrom, fromEvent, merge, takeUntil, timer } from 'rxjs';
import { readPosition } from './position.js';

/** Milliseconds that a request waits at most: less than what proxies between here and there put up with. */
const PATIENCE = 25_000;

/** Long polling: who asks is answered once there is something, and asks again. */
@Controller('api/compare/:channel/long-polling')
export class LongPollingController {
  constructor(private readonly rooms: Rooms) {}

  @Get()
  @Header('cache-control', 'no-store')
  async messages(
    @Param('channel', ParseIntPipe) channel: number,
    @Query('since') word: string,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<HistoryPage> {
    const room = this.rooms.get(`compare/${channel}`);
    const since = readPosition(word);
    const over = merge(timer(PATIENCE), fromEvent(response, 'close'));
    const said = await firstValueFrom(room.messages$({ since }).pipe(takeUntil(over)), { defaultValue: undefined });
    if (said === undefined) return { ...since, messages: [], more: false };
    return room.history({ since: since.offset, limit: 1_000 });
  }
}
