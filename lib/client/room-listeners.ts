import type { LeaveReason } from '../protocol/codes.js';
import type { PresenceState } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { RoostError } from './error.js';
import { eventStream } from './event-stream.js';
import type { EventStream } from './event-stream.js';
import { Listeners } from './listeners.js';
import type { Report } from './listeners.js';
import type { JoinedInfo, MessageInfo, Recovery } from './room.js';

interface Hooks {
  complete: [event: string];
  joined: [info: JoinedInfo];
  left: [reason: LeaveReason, error?: RoostError];
  gap: [position: Position];
  retract: [target: number];
  presence: [state: PresenceState];
  recovery: [recovery: Recovery];
}

/** The listening side of a `ClientRoom`. */
export class RoomListeners {
  protected readonly messages: Listeners<Record<string, [data: unknown, message: MessageInfo]>>;
  protected readonly hooks: Listeners<Hooks>;
  /** Whether the room was left: nothing more is told. */
  protected ended = false;

  constructor(report: Report) {
    this.messages = new Listeners(report);
    this.hooks = new Listeners(report);
  }

  on(event: string, listener: (data: unknown, message: MessageInfo) => void): () => void {
    return this.messages.add(event, listener);
  }

  on$(event: string): EventStream<unknown> {
    return eventStream((observer) => {
      const stop = () => stops.forEach((one) => one());
      const complete = () => {
        stop();
        observer.complete?.();
      };
      const stops = [
        this.on(event, (data) => observer.next?.(data)),
        this.hooks.add('complete', (ended) => ended === event && complete()),
        this.onLeft(complete),
      ];
      if (this.ended) complete();
      return stop;
    });
  }

  /** The server's stream of this event is over. */
  completed(event: string): void {
    this.hooks.emit('complete', event);
  }

  onJoined(listener: (joined: JoinedInfo) => void): () => void {
    return this.hooks.add('joined', listener);
  }

  onLeft(listener: (reason: LeaveReason, error?: RoostError) => void): () => void {
    return this.hooks.add('left', listener);
  }

  onGap(listener: (position: Position) => void): () => void {
    return this.hooks.add('gap', listener);
  }

  onRetract(listener: (target: number) => void): () => void {
    return this.hooks.add('retract', listener);
  }

  onPresence(listener: (state: PresenceState) => void): () => void {
    return this.hooks.add('presence', listener);
  }

  onRecovery(listener: (recovery: Recovery) => void): () => void {
    return this.hooks.add('recovery', listener);
  }
}
