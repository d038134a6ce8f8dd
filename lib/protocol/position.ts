/**
 * A place in a room's log: everything up to and including `offset` lies behind it.
 *
 * Positions are only comparable inside one `epoch`; a log that starts anew, or may have lost its end, gets a new one.
 *
 * @publicApi
 */
export interface Position {
  /** Random name of one life of the log. */
  readonly epoch: string;
  /** Offset of the last entry behind this position; 0 is the position before the first entry. */
  readonly offset: number;
}
