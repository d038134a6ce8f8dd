import { IsBoolean, IsInt, Min } from 'class-validator';
import type { Probe } from './call.contract.js';

export class ProbeDto implements Probe {
  @IsInt()
  @Min(0)
  readonly number!: number;

  @IsBoolean()
  readonly answer!: boolean;
}
