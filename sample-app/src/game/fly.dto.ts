import { Max, Min } from 'class-validator';

export class FlyDto {
  @Min(0)
  @Max(1)
  readonly x!: number;

  @Min(0)
  @Max(1)
  readonly y!: number;
}
