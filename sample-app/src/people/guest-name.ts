import { randomInt } from 'node:crypto';

const MANNERS = 'Shy Brave Early Sleepy Merry Quiet Windy Lucky Hasty Gentle Curious Sunny'.split(' ');
const BIRDS = 'Wren Heron Finch Plover Swift Owl Robin Lark Jay Siskin Tern Martin'.split(' ');

/** A name for somebody who gave none. */
export function guestName(): string {
  return `${MANNERS[randomInt(MANNERS.length)]} ${BIRDS[randomInt(BIRDS.length)]} ${randomInt(10, 100)}`;
}
