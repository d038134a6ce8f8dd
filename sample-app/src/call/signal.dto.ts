import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { Candidate, Description, Shows, Signal } from './call.contract.js';

/** Characters of a session description: a browser's has 5,000 to 10,000, with sound, picture and data. */
const SDP = 32_000;

class DescriptionDto implements Description {
  @IsIn(['offer', 'answer'])
  readonly type!: Description['type'];

  @IsString()
  @MaxLength(SDP)
  readonly sdp!: string;
}

class CandidateDto implements Candidate {
  @IsString()
  @MaxLength(512)
  readonly candidate!: string;

  @IsOptional()
  @IsString()
  @MaxLength(32)
  readonly sdpMid?: string | null;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(15)
  readonly sdpMLineIndex?: number | null;

  @IsOptional()
  @IsString()
  @MaxLength(256)
  readonly usernameFragment?: string | null;
}

class ShowsDto implements Shows {
  @IsBoolean()
  readonly sound!: boolean;

  @IsBoolean()
  readonly camera!: boolean;
}

export class SignalDto implements Signal {
  @IsString()
  @Length(1, 64)
  readonly from!: string;

  @IsOptional()
  @IsString()
  @Length(1, 64)
  readonly to?: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => DescriptionDto)
  readonly description?: DescriptionDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => CandidateDto)
  readonly candidate?: CandidateDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => ShowsDto)
  readonly shows?: ShowsDto;
}
