import { signal } from '@preact/signals';
import type { ClientRoom, PresenceState } from 'nestjs-roost/client';
import type { Me } from '../../src/accounts/account.contract.js';
import type { GameContract, Place } from '../../src/game/game.contract.js';
import { Visitor } from '../site/visitor.js';
import { Flights } from './flights.js';
import { Pilot } from './pilot.js';

/** Milliseconds between two positions that are sent. */
const SEND_MS = 50;

/** Milliseconds over which places are counted. */
const COUNTED_MS = 1_000;

/** What the server begins the page with. */
export interface GameStart {
  readonly me: Me;
  readonly name: string;
}

/** One arena: who is in it, and where everybody flies. */
export class Game {
  readonly visitor: Visitor;
  readonly name: string;
  readonly presence = signal<PresenceState | undefined>(undefined);
  /** Why nobody can be seen, in words. */
  readonly refusal = signal<string | undefined>(undefined);
  /** Places that were heard and told in the last second. */
  readonly pace = signal({ heard: 0, told: 0 });
  #counted = { heard: 0, told: 0, since: 0 };
  #room: ClientRoom<GameContract> | undefined;
  #sent = { x: 0, y: 0, at: 0 };

  constructor({ me, name }: GameStart) {
    this.visitor = new Visitor(me);
    this.name = name;
  }

  /** Connects, and moves the birds of `flock` with each frame from then on; those in `arena` fly after the pointer. */
  connect(arena: HTMLElement, flock: HTMLElement): void {
    const flights = new Flights();
    const pilot = new Pilot(arena, flock);
    this.visitor.connect((client) => {
      const room = (this.#room = client.join<GameContract>(`game/${this.name}`));
      room.onJoined(({ data }) => {
        this.visitor.is(data.you);
        this.#send(pilot.place);
      });
      room.onPresence((state) => {
        this.presence.value = state;
        flights.keep(new Set(state.members?.map(({ id }) => id)));
      });
      room.onLeft((_reason, error) => (this.refusal.value = error?.message));
      room.on('flight', (flight) => {
        this.#counted.heard++;
        flights.sees(flight);
      });
    });
    let drawn = 0;
    requestAnimationFrame(function draw(this: void, now: number) {
      const seconds = Math.min(0.1, (now - drawn) / 1_000);
      drawn = now;
      const place = pilot.fly(seconds);
      flights.draw(flock, place, seconds);
      move(place, now);
      tell(now);
      requestAnimationFrame(draw);
    });
    const tell = (now: number) => {
      const { heard, told, since } = this.#counted;
      if (now - since < COUNTED_MS) return;
      this.pace.value = { heard, told };
      this.#counted = { heard: 0, told: 0, since: now };
    };
    const move = (place: Place, now: number) => {
      const moved = Math.hypot(place.x - this.#sent.x, place.y - this.#sent.y) > 0.001;
      const due = now - this.#sent.at >= SEND_MS;
      if (moved && due && this.visitor.client?.status.state === 'online') this.#send(place, now);
    };
  }

  leave(): void {
    // Who closes the page has nobody left to tell of it.
    void this.#room?.leave().catch(() => {});
  }

  #send({ x, y }: Place, at = performance.now()): void {
    this.#sent = { x, y, at };
    this.#counted.told++;
    // One that does not arrive is made up for by the next.
    this.#room?.send('fly', { x, y }).catch(() => {});
  }
}
