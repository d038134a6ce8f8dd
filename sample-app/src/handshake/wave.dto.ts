import { IsString, Length } from 'class-validator';

export class WaveDto {
  @IsString()
  @Length(1, 200)
  readonly text!: string;
}
