export { Heartbeat, type HeartbeatTimeout } from './connection/heartbeat.js';
export type { ConnectionMode } from './connection/connection.js';
export type { TokenRate } from './connection/token-bucket.js';
export type { Authenticate, Authenticated, Authenticator, Handshake } from './gateway/authentication.js';
export { BroadcastStream } from './gateway/broadcast-stream.js';
export { RoostContext } from './gateway/context.js';
export {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnLeave,
  OnMessage,
  OnResume,
  RoomGateway,
  RoomParam,
  type RoomGatewayOptions,
} from './gateway/decorators.js';
export { RateLimit, type RateLimitOptions } from './gateway/rate-limit.js';
export { validationFailed } from './gateway/refusal.js';
export type { OnSessionEnd, OnSessionOpen, OnSessionResume } from './gateway/room-gateways.js';
export {
  CloseCode,
  ErrorCode,
  RoostException,
  SUBPROTOCOL,
  type AnyContract,
  type HistoryMessage,
  type HistoryPage,
  type LeaveReason,
  type Position,
  type PresenceMember,
  type PresenceState,
  type PublicUser,
  type RoomContract,
} from './protocol/index.js';
export type { PresenceMode } from './rooms/settings.js';
export type { Member, User } from './rooms/member.js';
export type { RoomMessage } from './rooms/observation.js';
export { Room, type BanOptions, type BroadcastOptions, type HistoryOptions } from './rooms/room.js';
export { Rooms } from './rooms/rooms.js';
export { RoostAdapter } from './roost.adapter.js';
export { RoostMetrics, type RoostCounters, type RoostGauges } from './roost.metrics.js';
export { RoostModule } from './roost.module.js';
export type {
  RoostPublisherAsyncOptions,
  RoostPublisherOptions,
  RoostPublisherOptionsFactory,
} from './roost.publisher.js';
export { RoostOptionError, type RoostOptions, type RoostOptionsFactory } from './roost.options.js';
export { Session, type SessionEndReason } from './sessions/session.js';
export { Sessions, type SessionEnded } from './sessions/sessions.js';
export { broadcastTo } from './streams/broadcast-to.js';
export type { BroadcastStreamOptions, BroadcastToOptions, Overflow } from './streams/options.js';
export { StreamOverflowError } from './streams/overflow.js';
export type { Ban, Bans } from './store/bans.js';
export {
  ENDED_FIELD,
  expelledField,
  isAnswer,
  seatField,
  type ClaimedSession,
  type Cluster,
  type ClusterEvents,
  type RosterChange,
  type RosterEntry,
  type RosterState,
  type Saved,
  type SessionChanges,
  type SessionState,
} from './store/cluster.js';
export { MemoryStore, type MemoryStoreOptions } from './store/memory-store.js';
export type {
  Draft,
  Election,
  Entry,
  Ephemeral,
  LogListener,
  MessageEntry,
  Page,
  ReadQuery,
  Retention,
  RetractEntry,
  Span,
  Store,
  Subscription,
} from './store/store.js';
export type { Clock } from './time/clock.js';
