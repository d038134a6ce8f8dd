import { IsString, Length } from 'class-validator';

export class WaveDto {
  @IsString()
  @Length(1, 1_000)
  readonly text!: string;
}
