import type { You } from '../people/you.js';

/** What the rooms `handshake/:name` carry; the server and the page share it. */
export interface HandshakeContract {
  clientToServer: {
    /** How the connection that this comes on has begun. */
    exchange: () => Exchange;
    /** Lets the server send a WebSocket ping, of which a page sees nothing. */
    ping: () => Ping;
    wave: (message: { text: string }) => { offset: number };
  };
  serverToClient: {
    /** Something that goes on whoever is away. */
    tick: { readonly count: number };
    wave: { readonly name: string; readonly text: string };
  };
  joined: { readonly you: You; readonly exchange: Exchange };
}

/** What was said in HTTP before it became a WebSocket, as the server got it and sent it. Secrets are masked. */
export interface Exchange {
  readonly request: Head;
  readonly response: Head;
}

export interface Head {
  /** `GET /ws HTTP/1.1` or `HTTP/1.1 101 Switching Protocols`. */
  readonly line: string;
  /** Names and values in their order, as they were written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A WebSocket ping as the server saw it. Times are milliseconds. */
export interface Ping {
  /** When the ping was sent, since 1970. */
  readonly at: number;
  /** From ping to pong. */
  readonly roundTrip: number;
  /** Bytes of the ping's payload, which the pong repeats. */
  readonly bytes: number;
  /** What the heartbeat has measured last, where it has. */
  readonly heartbeat?: number;
}

/** `GET /api/handshake/:name/position` answers with it: where the room's log has got to. */
export interface RoomPosition {
  readonly offset: number;
}
