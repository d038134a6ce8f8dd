import { randomBytes } from 'node:crypto';

/** Chosen anew by each process. */
const BEGINNING = randomBytes(6).toString('base64url');
let last = 0;

/** A text that no process gives twice, nor any other: random bytes for each would cost as much as sending a command. */
export function uniqueText(): string {
  return BEGINNING + (++last).toString(36);
}
