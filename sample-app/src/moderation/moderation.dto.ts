import { IsBoolean, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Seconds: half a minute as a warning, two weeks as the most. */
const TIMEOUT = { least: 1, most: 14 * 24 * 3_600 };

class UserDto {
  @IsString()
  @Length(1, 200)
  readonly user!: string;
}

class ReasonedDto extends UserDto {
  @IsOptional()
  @IsString()
  @Length(1, 200, { message: 'A reason has at most 200 characters.' })
  readonly reason?: string;
}

export class RemoveDto {
  @IsInt()
  @Min(1)
  readonly offset!: number;
}

export class TimeOutDto extends ReasonedDto {
  @IsInt({ message: 'A time-out takes whole seconds.' })
  @Min(TIMEOUT.least)
  @Max(TIMEOUT.most, { message: 'A time-out takes two weeks at most.' })
  readonly seconds!: number;
}

export class BanDto extends ReasonedDto {}

export class UnbanDto extends UserDto {}

export class AppointDto extends UserDto {
  @IsBoolean()
  readonly moderator!: boolean;
}

export class SettingsDto {
  @IsOptional()
  @IsInt({ message: 'Slow mode takes whole seconds.' })
  @Min(0)
  @Max(3_600, { message: 'Slow mode takes an hour at most.' })
  readonly slowMode?: number;

  @IsOptional()
  @IsBoolean()
  readonly uniqueMode?: boolean;

  @IsOptional()
  @IsBoolean()
  readonly membersOnly?: boolean;
}
