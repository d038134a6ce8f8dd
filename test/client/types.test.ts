import { describe, expect, it } from '@jest/globals';
import type {
  ClientStatus,
  Position,
  RoostClient,
  RoostClientOptions,
  WebSocketConstructor,
} from 'nestjs-roost/client';
import { WebSocket } from 'ws';

interface ChatContract {
  clientToServer: {
    say: (message: { text: string }) => Promise<{ offset: number }>;
    wave: () => void;
    shrug: (how?: string) => string;
  };
  serverToClient: { say: { from: string; text: string }; viewers: number };
  joined: { topic: string };
}

type IsAny<T> = 0 extends 1 & T ? true : false;
type Equal<A, B> = [A, B, IsAny<A>] extends [B, A, IsAny<B>] ? true : false;
const same = <A, B>(equal: Equal<A, B>) => equal;

/** Never run: what is here has to compile, or not to. */
function typed(client: RoostClient): void {
  const room = client.join<ChatContract>('chat/general', { data: 1, since: { epoch: 'e', offset: 1 } });
  room.on('say', (message, info) => {
    same<typeof message, { from: string; text: string }>(true);
    same<typeof info.offset, number | undefined>(true);
  });
  room.on('viewers', (count) => same<typeof count, number>(true));
  // @ts-expect-error no such event
  room.on('nothing', () => {});
  const answer = room.send('say', { text: 'hi' }, { timeout: 1_000 });
  same<typeof answer, Promise<{ offset: number }>>(true);
  // @ts-expect-error the data is needed
  void room.send('say');
  // @ts-expect-error and has a type
  void room.send('say', { text: 1 });
  // @ts-expect-error no such event
  void room.send('shout', 1);
  void room.send('wave');
  void room.send('wave', undefined, { timeout: 1 });
  void room.send('shrug');
  void room.send('shrug', 'slowly');
  void room.joined.then(({ data, position, recovered }) => {
    same<typeof data, { topic: string }>(true);
    same<typeof position, Position>(true);
    same<typeof recovered, boolean | undefined>(true);
  });

  const any = client.join('room');
  any.on('whatever', (data) => same<typeof data, unknown>(true));
  void any.send('whatever');
  const unknownAnswer = any.send('whatever', { anything: true });
  same<typeof unknownAnswer, Promise<unknown>>(true);

  const { status } = client;
  if (status.state === 'away') same<typeof status.retryAt, number | undefined>(true);
  // @ts-expect-error only where it is away
  void status.since;

  const text = (one: ClientStatus): string => {
    switch (one.state) {
      case 'connecting':
        return 'connecting';
      case 'online':
        return Object.values(one.rooms).includes(false) ? 'history lost' : String(one.resumed);
      case 'away':
        return `away since ${one.since}, attempt ${one.attempt}`;
      case 'closed':
        return `${one.why} ${one.code} ${one.reason}`;
    }
  };
  text(status);

  const browser: WebSocketConstructor = globalThis.WebSocket;
  same<RoostClientOptions['WebSocket'], WebSocketConstructor | undefined>(true);
  const options: RoostClientOptions[] = [
    { WebSocket: browser, auth: async ({ refused }) => ({ refused }) },
    { WebSocket, auth: { token: 'x' }, storage: sessionStorage },
    // @ts-expect-error milliseconds
    { backoff: { min: '1s' } },
  ];
  void options;
}

describe('types', () => {
  it('a contract types what is sent, answered, heard and joined', () => {
    expect(typed).toBeInstanceOf(Function);
  });
});
