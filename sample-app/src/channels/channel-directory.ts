import { Injectable } from '@nestjs/common';
import { Rooms } from 'nestjs-roost';
import type { ChannelSummary } from './channel.contract.js';
import { Channels, type Channel } from './channels.js';

/** Channels as they are listed: with how many are in them now. */
@Injectable()
export class ChannelDirectory {
  constructor(
    private readonly channels: Channels,
    private readonly rooms: Rooms,
  ) {}

  all(): ChannelSummary[] {
    return this.channels.all().map((channel) => this.summary(channel));
  }

  summary({ name, topic, owner }: Channel): ChannelSummary {
    const viewers = this.rooms.get(`chat/${name}`).presence?.count ?? 0;
    return { name, topic, ...(owner && { owner: owner.name }), viewers };
  }
}
