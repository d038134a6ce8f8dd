import type { LiveRoom } from '../rooms/live-room.js';
import type { RoomDefinition } from '../rooms/definition.js';
import type { Rooms } from '../rooms/rooms.js';
import { RoomStream, type RoomStreamParts, type StreamDefinition } from './room-stream.js';

/** Runs the declared streams: one subscription for each room that somebody is in, whatever the number of members. */
export class RoomStreams {
  readonly #definitions = new Map<RoomDefinition, readonly StreamDefinition[]>();
  /** By the room's name; a stream that lingers is there without its room. */
  readonly #running = new Map<string, Map<StreamDefinition, RoomStream>>();

  constructor(
    private readonly rooms: Rooms,
    private readonly parts: Omit<RoomStreamParts, 'handle' | 'onStopped'>,
  ) {
    rooms.inhabited$.subscribe((room) => this.#start(room));
    rooms.deserted$.subscribe((room) => {
      for (const stream of [...(this.#running.get(room.name)?.values() ?? [])]) stream.leave();
    });
  }

  /** How many streams are subscribed. */
  get size(): number {
    return [...this.#running.values()].reduce((sum, streams) => sum + streams.size, 0);
  }

  define(definition: RoomDefinition, streams: readonly StreamDefinition[]): void {
    if (streams.length > 0) this.#definitions.set(definition, streams);
  }

  close(): void {
    for (const streams of [...this.#running.values()]) for (const stream of [...streams.values()]) stream.stop();
  }

  #start(room: LiveRoom): void {
    for (const definition of this.#definitions.get(room.definition) ?? [])
      this.#streamOf(room.name, definition).start(room);
  }

  #streamOf(name: string, definition: StreamDefinition): RoomStream {
    let streams = this.#running.get(name);
    if (streams === undefined) this.#running.set(name, (streams = new Map<StreamDefinition, RoomStream>()));
    const running = streams.get(definition);
    if (running !== undefined) return running;
    const ofRoom = streams;
    const stream = new RoomStream(definition, {
      ...this.parts,
      handle: this.rooms.get(name),
      onStopped: () => {
        ofRoom.delete(definition);
        if (ofRoom.size === 0 && this.#running.get(name) === ofRoom) this.#running.delete(name);
      },
    });
    ofRoom.set(definition, stream);
    return stream;
  }
}
