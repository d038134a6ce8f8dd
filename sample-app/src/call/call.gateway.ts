import { MessageBody } from '@nestjs/websockets';
import {
  CurrentRoom,
  CurrentSession,
  OnJoin,
  OnMessage,
  Room,
  RoomGateway,
  RoostException,
  Session,
} from 'nestjs-roost';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import type { CallContract } from './call.contract.js';
import { ProbeDto } from './probe.dto.js';
import { SignalDto } from './signal.dto.js';

/**
 * Tells each end of a call what the other says, until the two have found each other: sound and picture never come by
 * here. Signals are kept for as long as a session may be away, so that a broken connection loses none.
 */
@RoomGateway('call/:name', { history: { size: 200, ttl: 2 * 60_000 }, presence: 'list' })
export class CallGateway {
  @OnJoin()
  join(@CurrentRoom() room: Room<CallContract>, @CurrentSession() session: Session<Person>) {
    const others = room.members.filter(({ id }) => id !== session.id);
    if (others.length > 1) {
      // A page that has died holds its place for a while: not against its own person.
      const ghost = others.find(({ user, presence }) => presence.away && user?.id === session.user.id);
      if (!ghost) throw new RoostException('FORBIDDEN', 'Two are in this call already: it has room for two.');
      room.kick(ghost);
    }
    return { you: youOf(session) };
  }

  @OnMessage('signal')
  async signal(
    @CurrentRoom() room: Room<CallContract>,
    @CurrentSession() session: Session,
    @MessageBody() signal: SignalDto,
  ) {
    await room.broadcast('signal', signal, { from: session, except: session });
  }

  @OnMessage('probe')
  async probe(
    @CurrentRoom() room: Room<CallContract>,
    @CurrentSession() session: Session,
    @MessageBody() probe: ProbeDto,
  ) {
    await room.broadcast('probe', probe, { ephemeral: true, except: session });
  }
}
