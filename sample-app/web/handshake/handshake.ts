import { signal } from '@preact/signals';
import type { ClientRoom, RoostClient } from 'nestjs-roost/client';
import type { Me } from '../../src/accounts/account.contract.js';
import type { Exchange, HandshakeContract } from '../../src/handshake/handshake.contract.js';
import { inspected } from '../inspector/inspected.js';
import { Recorder } from '../inspector/recorder.js';
import { Visitor } from '../site/visitor.js';
import { RoundTrips } from './round-trips.js';
import { Waves } from './waves.js';
import { WayBack } from './way-back.js';

/** What the server begins the page with. */
export interface HandshakeStart {
  readonly me: Me;
  readonly name: string;
}

/** A connection that is looked at while it is used. */
export class Handshake {
  readonly visitor: Visitor;
  readonly name: string;
  readonly recorder = new Recorder();
  readonly trips = new RoundTrips(this.recorder);
  readonly waves = new Waves();
  readonly wayBack: WayBack;
  /** How the present connection has begun, or the last one. */
  readonly exchange = signal<Exchange | undefined>(undefined);
  /** Why there is nothing to see, in words. */
  readonly refusal = signal<string | undefined>(undefined);

  constructor({ me, name }: HandshakeStart) {
    this.visitor = new Visitor(me);
    this.name = name;
    this.wayBack = new WayBack(name, this.recorder);
  }

  connect(): void {
    this.visitor.connect((client) => this.#enter(client), { WebSocket: inspected(WebSocket, this.recorder) });
  }

  #enter(client: RoostClient): void {
    const room = client.join<HandshakeContract>(`handshake/${this.name}`);
    room.onJoined(({ data }) => {
      this.visitor.is(data.you);
      this.exchange.value = data.exchange;
    });
    room.onRecovery((recovery) => {
      this.visitor.status.recovered(recovery);
      void this.#ask(room);
    });
    room.onLeft((_reason, error) => (this.refusal.value = error?.message));
    this.trips.measure(room);
    client.onStatus(({ state }) => {
      this.waves.send(state === 'online' ? room : undefined);
      this.wayBack.follow(state === 'away', room);
    });
  }

  /** `joined` has told of the first connection; after that each has to be asked for. */
  async #ask(room: ClientRoom<HandshakeContract>): Promise<void> {
    try {
      this.exchange.value = await room.send('exchange');
    } catch {
      // The connection is gone again: the next one is asked for in its turn.
    }
  }
}
