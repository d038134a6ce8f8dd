import type { User } from 'nestjs-roost';

/** Somebody who is here: with an account, under a nickname, or as a guest. */
export interface Person extends User {
  readonly name: string;
  /** Which login their session has come with, where it came with one: told to nobody. */
  readonly login?: string;
}
