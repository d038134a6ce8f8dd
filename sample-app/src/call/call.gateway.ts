import { MessageBody } from '@nestjs/websockets';
import { CurrentRoom, CurrentSession, OnJoin, OnLeave, OnMessage, Room, RoomGateway, Session } from 'nestjs-roost';
import type { Person } from '../people/person.js';
import { youOf } from '../people/you.js';
import type { CallContract } from './call.contract.js';
import { freePlace, takePlace, type Places } from './places.js';
import { ProbeDto } from './probe.dto.js';
import { SignalDto } from './signal.dto.js';

/**
 * Tells each end of a call what the other says, until the two have found each other: sound and picture never come by
 * here. Signals are in the log for as long as a session may be away: ephemeral ones would be lost with a connection that
 * breaks, and a direct message only goes to a session of this node.
 */
@RoomGateway('call/:name', { history: { size: 200, ttl: 2 * 60_000 }, presence: 'list' })
export class CallGateway {
  @OnJoin()
  async join(@CurrentRoom() room: Room<CallContract>, @CurrentSession() session: Session<Person, Places>) {
    await takePlace(room, session);
    return { you: youOf(session) };
  }

  @OnLeave()
  async leave(@CurrentRoom() room: Room<CallContract>, @CurrentSession() session: Session<Person, Places>) {
    await freePlace(room, session);
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
