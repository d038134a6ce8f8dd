import { Injectable } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnLeave,
  OnMessage,
  OnResume,
  RoomGateway,
  type LeaveReason,
  Room,
  Session,
} from 'nestjs-roost';

/** One run of a handler. */
export interface Run {
  readonly room: Room;
  readonly session: Session;
  readonly data: unknown;
}

/** What the app's handlers do; each test writes its own. */
@Injectable()
export class Script {
  /** What ran, in order: `join room/a`, `run room/a 1`, `resume room/a`, `leave room/a kicked`. */
  readonly calls: string[] = [];
  join: (run: Run) => unknown = () => undefined;
  run: (run: Run) => unknown = ({ data }) => data;
  resume: (run: Run) => unknown = () => undefined;
  leave: (run: Run) => unknown = () => undefined;
  /** A message without a room. */
  ordinary: (session: Session | undefined, data: unknown) => unknown = (_session, data) => data;
}

@Injectable()
class Scripted {
  constructor(protected readonly script: Script) {}

  @OnJoin()
  join(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() data: unknown): unknown {
    this.script.calls.push(`join ${room.name}`);
    return this.script.join({ room, session, data });
  }

  @OnMessage('run')
  run(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() data: unknown): unknown {
    this.script.calls.push(`run ${room.name} ${JSON.stringify(data)}`);
    return this.script.run({ room, session, data });
  }

  @OnMessage('say')
  say(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() data: unknown): unknown {
    return room.broadcast('say', data, { from: session });
  }

  @OnMessage('tell-others')
  others(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() data: unknown): unknown {
    return room.broadcast('say', data, { except: session });
  }

  @OnResume()
  resume(@CurrentRoom() room: Room, @CurrentSession() session: Session): unknown {
    this.script.calls.push(`resume ${room.name}`);
    return this.script.resume({ room, session, data: undefined });
  }

  @OnLeave()
  leave(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() data: unknown): unknown {
    this.script.calls.push(`leave ${room.name} ${(data as { reason: LeaveReason }).reason}`);
    return this.script.leave({ room, session, data });
  }
}

const quiet = { presence: 'off' } as const;

/** Rooms as they come, but for presence. */
@RoomGateway('room/:name', quiet)
class PlainRooms extends Scripted {
  @SubscribeMessage('ordinary')
  ordinary(@CurrentSession() session: Session, @MessageBody() data: unknown): unknown {
    this.script.calls.push(`ordinary ${JSON.stringify(data)}`);
    return this.script.ordinary(session, data);
  }

  @SubscribeMessage('stock')
  stock(@MessageBody() data: unknown): unknown {
    return { event: 'stocked', data };
  }
}

/** Keeps three entries. */
@RoomGateway('short/:name', { ...quiet, history: { size: 3 } })
class ShortRooms extends Scripted {}

/** Keeps entries for a second. */
@RoomGateway('brief/:name', { ...quiet, history: { ttl: 1_000 } })
class BriefRooms extends Scripted {}

/** Keeps nothing. */
@RoomGateway('none/:name', { ...quiet, history: false })
class UnkeptRooms extends Scripted {}

/** Keeps more than a replay may have. */
@RoomGateway('long/:name', { ...quiet, history: { size: 5_000, bytes: 64 * 1024 * 1024 } })
class LongRooms extends Scripted {}

/** Tells names, up to three. */
@RoomGateway('listed/:name', { presence: 'list', presenceLimit: 3 })
class ListedRooms extends Scripted {}

/** Tells how many. */
@RoomGateway('counted/:name', { presence: 'count' })
class CountedRooms extends Scripted {}

export const scripted = [Script, PlainRooms, ShortRooms, BriefRooms, UnkeptRooms, LongRooms, ListedRooms, CountedRooms];
