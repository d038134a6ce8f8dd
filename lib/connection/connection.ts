import {
  BadFrame,
  CloseCode,
  decodeClientFrame,
  encodeFrame,
  type ClientFrame,
  type ConnectFrame,
  type ErrorFrame,
  type MessageFrame,
  type RoomFrame,
  type ServerFrame,
} from '../protocol/index.js';
import type { Clock } from '../time/clock.js';
import type { Timer, TimerWheel } from '../time/timer-wheel.js';
import { textFrame } from './frame.js';
import type { Heartbeat } from './heartbeat.js';
import { Outbox } from './outbox.js';
import type { Socket } from './socket.js';
import type { Traffic } from './traffic.js';
import type { Turn } from './turn.js';

/**
 * `session`: the client speaks `roost.v1`. `plain`: a stock WebSocket, whose session ends with it.
 *
 * @publicApi
 */
export type ConnectionMode = 'session' | 'plain';

/** What belongs to the session's side of a connection. */
export interface ConnectionListener {
  connect(frame: ConnectFrame): void;
  request(frame: RoomFrame | MessageFrame): void;
  /** A frame that is none; the connection itself counts them. */
  bad(fault: BadFrame): void;
  /** Direct messages up to `seq` have arrived. */
  acknowledged(seq: number): void;
  /** Gone, once. */
  closed(code: number): void;
}

export interface ConnectionOptions {
  /** Milliseconds for `connect` to arrive. */
  readonly connectTimeout: number;
  /** Milliseconds a closed connection may take to say goodbye. */
  readonly closeTimeout: number;
  readonly frameLimit: number;
  readonly connectLimit: number;
  readonly queueLimit: number;
  readonly badFrames: number;
  readonly held: { readonly count: number; readonly bytes: number };
  /** Milliseconds after which a client that was too much may come back. */
  readonly comeBackAfter: () => number;
}

/** What connections of one node share. */
export interface ConnectionParts {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly turn: Turn;
  readonly heartbeat: Heartbeat;
  readonly traffic: Traffic;
  readonly options: ConnectionOptions;
}

/**
 * One WebSocket: its handshake, its bounded queue, its heartbeat and its end. It knows frames, and nothing of sessions
 * or rooms.
 */
export class Connection {
  readonly outbox: Outbox;
  /** When the other side was last heard of, by the clock's `now()`. */
  heardAt: number;
  /** Public id of the session, for reports. */
  label: string | undefined;
  #state: 'connecting' | 'welcoming' | 'open' | 'closed' = 'connecting';
  #held: { texts: string[]; bytes: number } | undefined;
  #badRun = 0;
  #timer: Timer | undefined;
  readonly #farewells = new Set<() => void>();

  constructor(
    private readonly socket: Socket,
    readonly mode: ConnectionMode,
    readonly address: string,
    private readonly parts: ConnectionParts,
    private readonly listener: ConnectionListener,
  ) {
    const { options, wheel, turn, traffic } = parts;
    this.heardAt = parts.clock.now();
    this.outbox = new Outbox(socket, turn, traffic, options.queueLimit, () =>
      this.close(CloseCode.SLOW_READER, 'slow reader'),
    );
    socket.listen({
      message: (text) => this.#message(text),
      sign: () => this.#sign(),
      closed: (code) => this.#closed(code),
    });
    if (mode === 'plain') {
      parts.heartbeat.watch(this);
    } else {
      this.#timer = wheel.after(options.connectTimeout, () =>
        this.close(CloseCode.CONNECT_TIMEOUT, 'no connect frame in time'),
      );
    }
  }

  /** Whether it takes compressed frames. */
  get compresses(): boolean {
    return this.socket.compresses;
  }

  /** Last round-trip time of its heartbeat, in milliseconds. */
  get latency(): number | undefined {
    return this.parts.heartbeat.latencyOf(this);
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** Lets the client's requests through, those held until now first. */
  welcome(): void {
    if (this.#state === 'closed') return;
    this.#state = 'open';
    const held = this.#held?.texts ?? [];
    this.#held = undefined;
    for (const text of held) this.#read(text);
  }

  send(frame: ServerFrame): void {
    this.sendText(encodeFrame(frame));
  }

  /** Sends a frame that is encoded already. */
  sendText(text: string): void {
    this.outbox.push(textFrame(text), 1);
  }

  /** Answers a bad frame, and closes the connection at a run of them. */
  refuseBad(fault: BadFrame, answer: (frame: ErrorFrame) => void = (frame) => this.send(frame)): void {
    if (this.#state === 'closed') return;
    answer({ op: 'error', ...(fault.id !== undefined && { id: fault.id }), code: 'BAD_FRAME', message: fault.message });
    if (++this.#badRun >= this.parts.options.badFrames) this.close(CloseCode.BAD_FRAMES, 'too many bad frames');
  }

  /** Until the welcome, which comes before all other frames, the client's WebSocket is asked and not the client. */
  ping(): void {
    if (this.mode === 'session' && this.#state === 'open') this.send({ op: 'ping' });
    else this.socket.ping();
  }

  /** Tells the client when to come back, and closes. */
  closeWithHint(code: number, reason: string, after: number): void {
    if (this.#state === 'closed') return;
    this.send({ op: 'reconnect', after });
    this.close(code, reason);
  }

  /** Closes; the listener hears of it at once, since nothing that still arrives counts. */
  close(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.outbox.close();
    this.#end(code);
    this.socket.close(code, reason);
    // A peer that is gone answers no closing handshake.
    this.#timer = this.parts.wheel.after(this.parts.options.closeTimeout, () => this.socket.terminate());
  }

  #closed(code: number): void {
    if (this.#state !== 'closed') {
      this.outbox.close();
      this.#end(code);
    }
    this.#timer?.cancel();
  }

  #end(code: number): void {
    this.#state = 'closed';
    this.#held = undefined;
    this.#timer?.cancel();
    this.parts.traffic.closed(code);
    this.parts.heartbeat.forget(this);
    this.listener.closed(code);
    for (const farewell of this.#farewells) farewell();
    this.#farewells.clear();
  }

  /** Calls back when it closes; returns a function that calls that off. */
  whenClosed(farewell: () => void): () => void {
    if (this.closed) farewell();
    else this.#farewells.add(farewell);
    return () => this.#farewells.delete(farewell);
  }

  #sign(): void {
    this.heardAt = this.parts.clock.now();
    this.parts.heartbeat.answered(this);
  }

  #message(text: string | undefined): void {
    if (this.#state === 'closed') return;
    this.parts.traffic.received++;
    this.heardAt = this.parts.clock.now();
    if (this.#state === 'welcoming') this.#hold(text);
    else this.#read(text);
  }

  #hold(text: string | undefined): void {
    const held = (this.#held ??= { texts: [], bytes: 0 });
    const bytes = Buffer.byteLength(text ?? '');
    const { count, bytes: limit } = this.parts.options.held;
    if (held.texts.length >= count || held.bytes + bytes > limit) {
      this.closeWithHint(CloseCode.RATE_LIMITED, 'too much before welcome', this.parts.options.comeBackAfter());
      return;
    }
    held.bytes += bytes;
    held.texts.push(text ?? '');
  }

  #read(text: string | undefined): void {
    if (this.#state === 'closed') return;
    let frame: ClientFrame;
    try {
      if (text === undefined) throw new BadFrame('binary frames are not part of this protocol');
      frame = decodeClientFrame(text);
      this.#checkPlace(frame);
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error;
      if (this.#state === 'open') this.listener.bad(error);
      else this.refuseBad(error);
      return;
    }
    const limit = isConnect(frame) ? this.parts.options.connectLimit : this.parts.options.frameLimit;
    // Every UTF-16 unit is at least one byte and at most three.
    if (text.length * 3 > limit && Buffer.byteLength(text) > limit) {
      this.close(CloseCode.TOO_LARGE, 'frame too large');
      return;
    }
    this.#badRun = 0;
    this.#dispatch(frame);
  }

  #checkPlace(frame: ClientFrame): void {
    if (this.#state === 'connecting' && this.mode === 'session') {
      if (!isConnect(frame)) throw new BadFrame('the first frame must be "connect"', requestId(frame));
      return;
    }
    if (isConnect(frame)) {
      throw new BadFrame(this.mode === 'plain' ? '"connect" needs the subprotocol' : 'a second "connect"');
    }
    if (this.mode === 'plain') {
      if ('op' in frame && (frame.op === 'ping' || frame.op === 'pong')) {
        throw new BadFrame('"ping" and "pong" frames need the subprotocol; use WebSocket pings');
      }
    } else if ('op' in frame && needsId(frame) && frame.id === undefined) {
      throw new BadFrame('"id" is missing');
    }
  }

  #dispatch(frame: ClientFrame): void {
    if (!('op' in frame)) {
      this.listener.request(frame);
      return;
    }
    switch (frame.op) {
      case 'connect':
        this.#state = 'welcoming';
        this.#timer?.cancel();
        // Not before: until `connect` there is another time-out.
        this.parts.heartbeat.watch(this);
        this.listener.connect(frame);
        break;
      case 'ping':
        this.send({ op: 'pong' });
        break;
      case 'pong':
        this.parts.heartbeat.answered(this);
        if (frame.seq !== undefined) this.listener.acknowledged(frame.seq);
        break;
      default:
        this.listener.request(frame);
    }
  }
}

function isConnect(frame: ClientFrame): frame is ConnectFrame {
  return 'op' in frame && frame.op === 'connect';
}

function needsId(frame: ClientFrame): frame is RoomFrame {
  return (
    'op' in frame && (frame.op === 'join' || frame.op === 'leave' || frame.op === 'history' || frame.op === 'presence')
  );
}

function requestId(frame: ClientFrame): number | undefined {
  return 'id' in frame ? frame.id : undefined;
}
