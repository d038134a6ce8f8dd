import { Controller, Headers, Param, ParseIntPipe, Query, Sse, type MessageEvent } from '@nestjs/common';
import { Rooms } from 'nestjs-roost';
import { map, type Observable } from 'rxjs';
import { readPosition, writePosition } from './position.js';

/** Server-sent events: one answer that never ends. A browser that has lost it comes back with the last event's id. */
@Controller('api/compare/:channel/events')
export class EventsController {
  constructor(private readonly rooms: Rooms) {}

  @Sse()
  messages(
    @Param('channel', ParseIntPipe) channel: number,
    @Query('since') word: string,
    @Headers('last-event-id') last = word,
  ): Observable<MessageEvent> {
    const since = readPosition(last);
    const messages = this.rooms.get(`compare/${channel}`).messages$({ since });
    return messages.pipe(
      map(({ offset = 0, data, ts }) => ({
        id: writePosition({ ...since, offset }),
        data: { offset, data, ts },
      })),
    );
  }
}
