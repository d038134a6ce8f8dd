import { BadRequestException, type PipeTransform } from '@nestjs/common';
import { CHANNEL_NAME, CHANNEL_NAME_RULE } from './channel-name.js';

/** The channels that are always listed. Any other valid name works just as well. */
export const CHANNELS: readonly { readonly name: string; readonly topic: string }[] = [
  { name: 'general', topic: 'Whatever comes by' },
  { name: 'music', topic: 'What are you listening to?' },
  { name: 'games', topic: 'Boards, cards and consoles' },
  { name: 'birds', topic: 'Seen from the window today' },
  { name: 'help', topic: 'Ask; somebody on the wire knows' },
];

/** Lets the names of channels through, over HTTP and over the WebSocket alike. */
export class ChannelPipe implements PipeTransform<string, string> {
  transform(name: string): string {
    if (CHANNEL_NAME.test(name)) return name;
    throw new BadRequestException(CHANNEL_NAME_RULE);
  }
}
