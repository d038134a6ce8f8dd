import { IsNumber, IsString, Length } from 'class-validator';

/** What a member says, as a gateway takes it. */
export class SayDto {
  @IsNumber()
  at!: number;

  @IsString()
  @Length(1, 2_000)
  text!: string;
}

/** The same where the server does not know of rooms, and has to be told. */
export class SayInRoomDto extends SayDto {
  @IsString()
  @Length(1, 255)
  room!: string;
}
