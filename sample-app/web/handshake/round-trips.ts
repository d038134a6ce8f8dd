import { signal } from '@preact/signals';
import type { ClientRoom } from 'nestjs-roost/client';
import type { HandshakeContract } from '../../src/handshake/handshake.contract.js';
import { fields, type Recorder } from '../inspector/recorder.js';

/** Round trips of a kind that are kept. */
export const KEPT = 40;

/** How long there and back takes, in milliseconds: the last ones of each kind. */
export class RoundTrips {
  /** Requests with an id, and their answers. */
  readonly requests = signal<readonly number[]>([]);
  /** `ping` frames that this page has sent. */
  readonly frames = signal<readonly number[]>([]);
  /** Pings of the WebSocket itself, which the server sends and measures. */
  readonly sockets = signal<readonly number[]>([]);
  /** What the server's heartbeat has measured last. */
  readonly heartbeat = signal<number | undefined>(undefined);
  /** Why the last ping came to nothing, in words. */
  readonly fault = signal('');
  #room: ClientRoom<HandshakeContract> | undefined;

  constructor(private readonly recorder: Recorder) {
    recorder.onFrame((frame) => {
      if (frame?.roundTrip === undefined || frame.opcode !== 'text') return;
      const { op } = fields(frame.content);
      if (op === 'ack') add(this.requests, frame.roundTrip);
      if (op === 'pong') add(this.frames, frame.roundTrip);
    });
  }

  measure(room: ClientRoom<HandshakeContract>): void {
    this.#room = room;
  }

  /** Sends a `ping` frame, past the client. */
  ping(): void {
    this.recorder.send('{"op":"ping"}');
  }

  /** Has the server ping, and records what it tells of that. */
  async pingSocket(): Promise<void> {
    this.fault.value = '';
    try {
      const ping = await this.#room?.send('ping');
      if (ping === undefined) return;
      const { at, roundTrip, bytes, heartbeat } = ping;
      this.recorder.control('ping', 'down', { toldBy: 'the server' }, { at, bytes });
      this.recorder.control('pong', 'up', { toldBy: 'the server' }, { at: at + roundTrip, bytes, roundTrip });
      add(this.sockets, roundTrip);
      this.heartbeat.value = heartbeat;
    } catch (error) {
      this.fault.value = error instanceof Error ? error.message : String(error);
    }
  }
}

function add(trips: { value: readonly number[] }, millis: number): void {
  trips.value = [...trips.value, millis].slice(-KEPT);
}
