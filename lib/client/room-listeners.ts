import type { LeaveReason } from '../protocol/codes.js';
import type { PresenceState } from '../protocol/frames.js';
import type { Position } from '../protocol/position.js';
import type { RoostError } from './error.js';
import { Listeners } from './listeners.js';
import type { Report } from './listeners.js';
import type { JoinedInfo, MessageInfo, Recovery } from './room.js';

interface Hooks {
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

  constructor(report: Report) {
    this.messages = new Listeners(report);
    this.hooks = new Listeners(report);
  }

  on(event: string, listener: (data: unknown, message: MessageInfo) => void): () => void {
    return this.messages.add(event, listener);
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
