import type { Member } from './member.js';
import type { Room } from './room.js';
import type { RoomSettings } from './settings.js';

/** What all rooms of one pattern have in common. */
export interface RoomDefinition extends RoomSettings {
  /** As `@RoomGateway` was given it. */
  readonly pattern: string;
  /** Name of the gateway, for the words of an error. */
  readonly owner?: string;
  readonly handlers: RoomHandlers;
}

/** One run of a handler. */
export interface Call {
  readonly room: Room;
  readonly member: Member;
  /** What the pattern's parameters stand for. */
  readonly params: Readonly<Record<string, string>>;
  readonly event: string;
  readonly data: unknown;
}

/**
 * What the app does in the rooms of one pattern. Each rejects with a `RoostException`, which is what the client is told,
 * and nothing else.
 */
export interface RoomHandlers {
  /** Whether there is a handler for a message of this name. */
  has(event: string): boolean;
  join(call: Call): Promise<unknown>;
  message(call: Call): Promise<unknown>;
  /** Asked again for a session that comes back; rejecting takes it out of the room. */
  resume(call: Call): Promise<unknown>;
  /** Never rejects. */
  leave(call: Call): Promise<void>;
  /** Whether anything is to be asked when a session comes back. */
  readonly resumes: boolean;
}
