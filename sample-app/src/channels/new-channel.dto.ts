import { Transform } from 'class-transformer';
import { IsString, Length, Matches } from 'class-validator';
import { CHANNEL_NAME, CHANNEL_NAME_RULE } from '../chat/channel-name.js';
import type { NewChannel } from './channel.contract.js';

export class NewChannelDto implements NewChannel {
  @IsString({ message: CHANNEL_NAME_RULE })
  @Matches(CHANNEL_NAME, { message: CHANNEL_NAME_RULE })
  readonly name!: string;

  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString({ message: 'A topic is a text.' })
  @Length(1, 80, { message: 'A topic has from 1 to 80 characters.' })
  readonly topic!: string;
}
