import type { Visitor } from './visitor.js';

interface Props {
  readonly visitor: Visitor;
  /** What is awaited, where there is nothing to see yet. */
  readonly waiting: string | undefined;
  /** What is so while there is no connection. */
  readonly away: string;
}

/** Why nothing moves, over what would. That the connection is lost is read out elsewhere. */
export function Standstill({ visitor, waiting, away }: Props) {
  const { state } = visitor.status.standing.value;
  const lost = state === 'away' || state === 'closed';
  const words = lost ? away : waiting !== undefined && state === 'connecting' ? 'Connecting' : waiting;
  return words === undefined ? null : <p class="standstill">{words}</p>;
}
