/** What the labels beside a plot have, in pixels: of each from its middle to the next one's, and where they begin and end. */
interface Room {
  readonly gap: number;
  readonly top: number;
  readonly bottom: number;
}

/** Moves what would lie on each other apart, in the order it has. */
export function spreadOut<T extends { y: number }>(items: T[], room: Room): T[] {
  const placed = [...items].sort((a, b) => b.y - a.y);
  let limit = room.bottom - room.gap / 2;
  for (const item of placed) {
    item.y = Math.min(item.y, limit);
    limit = item.y - room.gap;
  }
  return placed;
}
