/** What is published: the same for every server. */
export interface Message {
  /** When it was due, by the clock that all processes share, in milliseconds. */
  readonly at: number;
  readonly text: string;
  /** Number of the node that it was published on, where there are several. */
  readonly node?: number;
}

/** Name of the room with this number. */
export function roomName(index: number): string {
  return `bench/${index}`;
}

const WORDS =
  'the price of copper rose again today while traders in London and Singapore waited for word from the mines about ' +
  'supply which had fallen short since spring and most expected another quiet week before the reports came out';

/** How many different texts there are; a message's text is repeated after so many. */
const TEXTS = 64;

/**
 * Texts of one length, in words of chance that is the same in every run: they differ, and compress as prose does.
 */
export function texts(length: number): string[] {
  const words = WORDS.split(' ');
  let chance = 1;
  const next = (): number => (chance = (Math.imul(chance, 1_103_515_245) + 12_345) >>> 0) >>> 16;
  return Array.from({ length: TEXTS }, () => {
    let made = '';
    while (made.length < length) made += next() % 5 === 0 ? `${next()} ` : `${words[next() % words.length]} `;
    return made.slice(0, length);
  });
}
