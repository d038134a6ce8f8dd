import { Transform } from 'class-transformer';
import { IsString, Length } from 'class-validator';

export class SayDto {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString({ message: 'A message is a text.' })
  @Length(1, 500, {
    message: ({ value }) =>
      value
        ? 'That is too long: a message has at most 500 characters.'
        : 'There is nothing to say yet: the message is empty.',
  })
  readonly text!: string;
}
