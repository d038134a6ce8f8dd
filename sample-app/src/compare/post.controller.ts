import { Body, Controller, Param, ParseIntPipe, Post } from '@nestjs/common';
import { Rooms } from 'nestjs-roost';
import { SayDto } from '../chat/say.dto.js';
import type { CompareContract } from './compare.contract.js';

/** What the ways that only listen need beside them: a POST for each thing that is said. */
@Controller('api/compare/:channel/post')
export class PostController {
  constructor(private readonly rooms: Rooms) {}

  @Post()
  say(@Param('channel', ParseIntPipe) channel: number, @Body() { text }: SayDto) {
    return this.rooms.get<CompareContract>(`compare/${channel}`).broadcast('say', { from: 'You', text });
  }
}
