import { RoostException, type Room, type Session } from 'nestjs-roost';
import type { Person } from '../people/person.js';
import type { CallContract } from './call.contract.js';

/** How many a call has room for. */
const PLACES = 2;
/** Milliseconds that it takes at most until all nodes know that somebody who has taken a place is in the call. */
const COMING = 10_000;

/** Offset in the log of the place that a session has taken, by the name of the call. */
export type Places = Record<string, number>;

/**
 * Takes a place in a call. `room.members` alone does not do: it tells neither who is just coming in nor, for a moment, who
 * has on another node. The log has one order for all nodes, so that of two who want the last place one is the first.
 *
 * @throws {RoostException} FORBIDDEN where no place is left
 */
export async function takePlace(room: Room<CallContract>, session: Session<Person, Places>): Promise<void> {
  const { offset } = await room.broadcast('place', null, { from: session });
  const { messages } = await room.history({ before: offset, limit: 1_000 });
  const coming = messages.filter(({ event, ts }) => event === 'place' && ts > Date.now() - COMING);
  const others = new Set([...room.members.map(({ id }) => id), ...coming.flatMap(({ from }) => from ?? [])]);
  others.delete(session.id);
  if (others.size >= PLACES) {
    // A page that has died holds its place for a while: not against its own person.
    const ghost = room.members.find(
      ({ id, user, presence }) => presence.away && id !== session.id && user?.id === session.user.id,
    );
    if (!ghost) {
      await room.retract(offset);
      throw new RoostException('FORBIDDEN', 'Two are in this call already: it has room for two.');
    }
    room.kick(ghost);
  }
  session.data[room.name] = offset;
}

export async function freePlace(room: Room<CallContract>, session: Session<Person, Places>): Promise<void> {
  const offset = session.data[room.name];
  delete session.data[room.name];
  if (offset !== undefined) await room.retract(offset);
}
