/** The server that is soaked: Roost, with memory that is full soon, so that what grows after that is a leak. */
import { MessageBody } from '@nestjs/websockets';
import { CurrentRoom, CurrentSession, Heartbeat, OnMessage, Room, RoomGateway } from '../../lib/index.js';
import { RoostModule, Rooms, Session, Sessions, type RoostOptions } from '../../lib/index.js';
import { answerQuestions } from '../channel.js';
import { createApp, listen } from '../servers/nest-app.js';
import { serverRequests } from '../servers/server.js';
import { HISTORY, SESSION_TTL } from './sizes.js';

@RoomGateway('bench/:room', { history: { size: HISTORY } })
class SoakGateway {
  @OnMessage('say')
  say(@CurrentRoom() room: Room, @CurrentSession() session: Session, @MessageBody() text: string) {
    session.send('noted', text.length);
    return room.broadcast('message', { text }, { from: session });
  }

  @OnMessage('typing')
  async typing(@CurrentRoom() room: Room, @CurrentSession() session: Session) {
    await room.broadcast('typing', session.id, { ephemeral: true, except: session });
  }
}

/** What the server holds and has done. */
export interface SoakState {
  readonly sessions: number;
  readonly away: number;
  /** Sessions opened and resumed since the start. */
  readonly opened: number;
  readonly resumed: number;
  /** Ephemeral messages skipped for the sessions that have ended, and those that are there. */
  readonly skipped: number;
  readonly timeouts: number;
}

/** What the runner can ask the server. */
export type SoakServerRequests = typeof requests;

// All visitors come from one address.
const unreachable = { perSecond: 1_000_000, burst: 1_000_000 };
const options: RoostOptions = {
  limits: { connections: unreachable, messages: unreachable },
  session: { ttl: SESSION_TTL, awayPerAddress: 10_000 },
};
const app = await createApp({ imports: [RoostModule.forRoot(options)], providers: [SoakGateway] });
const [rooms, sessions, heartbeat] = [app.get(Rooms), app.get(Sessions), app.get(Heartbeat)];

const counts = { opened: 0, resumed: 0, skipped: 0 };
const present = new Set<Session>();
sessions.opened$.subscribe((session) => {
  counts.opened++;
  present.add(session);
});
sessions.resumed$.subscribe(() => counts.resumed++);
sessions.ended$.subscribe(({ session }) => {
  counts.skipped += session.skipped;
  present.delete(session);
});

const requests = {
  ...serverRequests({
    listen: () => listen(app),
    broadcast: (room, message) => void rooms.get(room).broadcast('message', message),
  }),
  state: (): SoakState => {
    let { skipped } = counts;
    for (const session of present) skipped += session.skipped;
    const { size, awayCount } = sessions;
    return { ...counts, skipped, sessions: size, away: awayCount, timeouts: heartbeat.timeouts };
  },
};
answerQuestions(requests);
