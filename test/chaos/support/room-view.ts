import type { Position } from 'nestjs-roost';
import type { ClientRoom, RoostClient } from 'nestjs-roost/client';

export interface Talk {
  clientToServer: { say: (text: string) => Position };
  serverToClient: { say: string };
}

/** Messages without a hole: what a visitor saw between two gaps. */
export interface Stretch {
  readonly epoch: string;
  /** The position just before the first. */
  readonly from: number;
  readonly texts: string[];
}

/** Milliseconds until a room is joined again that could not be. */
const AGAIN = 200;

/**
 * What one visitor sees of one room. Where the room is lost, since the store did not answer when it was to be joined anew,
 * it is joined again from the last position: that is the app's part.
 */
export class RoomView {
  /** The last is the present one. */
  readonly stretches: Stretch[] = [];
  /** Public ids of sessions that were seen to go, with when and where each was seen to go, and to come back. */
  readonly gone = new Map<string, { readonly went: string[]; readonly came: string[] }>();
  /** Those who were seen to go before any data was lost: it is not by that that they went. */
  readonly goneBefore = new Set<string>();
  rejoins = 0;
  /** When it was last told of a message: its node was in touch with Redis then. */
  heardAt = 0;
  readonly #seen = new Set<string>();
  #room: ClientRoom<Talk>;
  #present = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: RoostClient,
    readonly name: string,
    private readonly losses: () => number,
    private readonly now: () => string,
    private readonly fault: (what: string) => void,
  ) {
    this.#room = this.#join();
  }

  get joined(): Promise<unknown> {
    return this.#room.joined;
  }

  get state(): ClientRoom['state'] {
    return this.#room.state;
  }

  /** Where the visitor is; nothing before it has joined. */
  get position(): Position | undefined {
    const stretch = this.stretches.at(-1);
    return stretch && { epoch: stretch.epoch, offset: stretch.from + stretch.texts.length };
  }

  get gaps(): number {
    return Math.max(0, this.stretches.length - 1);
  }

  /** Public ids of those who are shown to be here. */
  get members(): string[] {
    return (this.#room.members ?? []).map(({ id }) => id);
  }

  toString(): string {
    return `${this.name}: ${this.state} at ${JSON.stringify(this.position)}, after ${this.stretches.at(-1)?.texts.at(-1)}`;
  }

  say(text: string): Promise<Position> {
    return this.#room.send('say', text);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #join(): ClientRoom<Talk> {
    const since = this.position;
    const room = this.client.join<Talk>(this.name, since && { since });
    room.onJoined(({ position, recovered }) => {
      if (recovered === undefined) this.#begin(position);
    });
    room.onGap((position) => this.#begin(position));
    room.on('say', (text, { offset }) => this.#take(text, room.position?.epoch ?? '', offset ?? 0));
    room.onPresence(({ members }) => this.#look((members ?? []).map(({ id }) => id)));
    room.onLeft((reason, error) => {
      if (reason !== 'closed' && error?.code !== 'UNAVAILABLE' && error?.code !== 'OUTCOME_UNKNOWN') {
        this.fault(`${this.name}: left, ${reason} ${String(error ?? '')}`);
        return;
      }
      if (this.client.status.state === 'closed') return;
      this.rejoins++;
      this.#timer = setTimeout(() => (this.#room = this.#join()), AGAIN);
    });
    return room;
  }

  #begin({ epoch, offset }: Position): void {
    const last = this.stretches.at(-1);
    if (last?.epoch === epoch) {
      this.fault(`${this.name}: a gap from ${this.position?.offset} to ${offset}, though the log was kept`);
    }
    this.stretches.push({ epoch, from: offset, texts: [] });
  }

  #take(text: string, epoch: string, offset: number): void {
    const { position } = this;
    if (position?.epoch !== epoch || position.offset + 1 !== offset) {
      this.fault(`${this.name}: ${epoch} ${offset} came after ${JSON.stringify(position)}`);
    }
    if (this.#seen.has(text)) this.fault(`${this.name}: ${text} came twice`);
    this.#seen.add(text);
    this.heardAt = performance.now();
    this.stretches.at(-1)?.texts.push(text);
  }

  #look(members: readonly string[]): void {
    const present = new Set(members);
    if (present.size !== members.length) this.fault(`${this.name}: somebody is here twice`);
    for (const id of this.#present) {
      if (present.has(id)) continue;
      const gone = this.gone.get(id) ?? { went: [], came: [] };
      gone.went.push(this.now());
      this.gone.set(id, gone);
      if (this.losses() === 0) this.goneBefore.add(id);
    }
    for (const id of present) if (!this.#present.has(id)) this.gone.get(id)?.came.push(this.now());
    this.#present = present;
  }
}
