/** Who is in which room, for servers that have nothing of the kind. */
export class RoomSets<Socket> {
  readonly #rooms = new Map<string, Set<Socket>>();

  /** Members of a room, which is made on first use. */
  of(room: string): Set<Socket> {
    let members = this.#rooms.get(room);
    if (members === undefined) this.#rooms.set(room, (members = new Set()));
    return members;
  }

  leaveAll(socket: Socket): void {
    for (const members of this.#rooms.values()) members.delete(socket);
  }
}

/** The room that a `join` frame names. */
export function roomToJoin(frame: string): string {
  return (JSON.parse(frame) as { data: string }).data;
}

/** The answer to a `join` frame. */
export function joined(room: string): string {
  return JSON.stringify({ event: 'joined', data: room });
}

/** A message as servers without a protocol of their own send it. */
export function encodeMessage(message: object): string {
  return JSON.stringify({ event: 'message', data: message });
}
