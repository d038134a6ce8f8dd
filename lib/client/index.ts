export type { CloseCode, ErrorCode, LeaveReason } from '../protocol/codes.js';
export type {
  AnyContract,
  BroadcastData,
  BroadcastEvent,
  JoinedData,
  RoomContract,
  SendAnswer,
  SendData,
  SendEvent,
} from '../protocol/contract.js';
export type { HistoryMessage, HistoryPage, PresenceMember, PresenceState, PublicUser } from '../protocol/frames.js';
export type { Position } from '../protocol/position.js';
export { RoostClient } from './client.js';
export type { JoinOptions } from './client.js';
export { RoostError } from './error.js';
export type { EventObserver, EventStream } from './event-stream.js';
export type {
  AuthFunction,
  ClientClock,
  RoostClientOptions,
  SessionStorageLike,
  WebSocketConstructor,
  WebSocketEventLike,
  WebSocketLike,
} from './options.js';
export type {
  ClientRoom,
  HistoryQuery,
  JoinedInfo,
  MessageInfo,
  Recovery,
  SendArguments,
  SendOptions,
} from './room.js';
export type { AwayStatus, ClientStatus, ClosedStatus, ClosedWhy, ConnectingStatus, OnlineStatus } from './status.js';
