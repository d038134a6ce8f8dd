import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { Credentials, NewGuest } from './account.contract.js';

/** What it must be like to be looked at; what a good name and password are, {@link Accounts} says. */
export class CredentialsDto implements Credentials {
  @IsString({ message: 'A name is a text.' })
  @MaxLength(200, { message: 'That name is too long.' })
  readonly name!: string;

  @IsString({ message: 'A password is a text.' })
  @MaxLength(200, { message: 'A password has from 8 to 200 characters.' })
  readonly password!: string;
}

export class GuestDto implements NewGuest {
  @IsOptional()
  @IsString({ message: 'A name is a text.' })
  @MaxLength(200, { message: 'That name is too long.' })
  readonly name?: string;
}
