import type { Position } from 'nestjs-roost/client';
import type { Said } from '../../src/compare/compare.contract.js';

/** A message of the channel, as each way brings it. */
export interface Message {
  readonly offset: number;
  /** When it was said, in milliseconds since 1970. */
  readonly ts: number;
  readonly data: Said;
}

/** What a way tells. */
export interface Ear {
  hear(message: Message): void;
  /** Whether the server answers. */
  connected(is: boolean): void;
}

/** What is to be followed, and how. */
export interface Channel {
  readonly name: string;
  /** Where the ways of HTTP are. */
  readonly path: string;
  /** What comes after this is wanted. */
  readonly since: Position;
  /** Milliseconds from one poll to the next. */
  readonly every: number;
}
