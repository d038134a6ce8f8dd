/**
 * Promises that the compiler keeps: `npm run check` compiles this file. A line below `@ts-expect-error` that did compile
 * would fail it.
 */
import { expect, it } from '@jest/globals';
import type { Room, Rooms, Session } from 'nestjs-roost';
import type { ClientRoom, RoostClient } from 'nestjs-roost/client';
import { same } from '../support/same.js';

interface ChatContract {
  clientToServer: {
    say: (message: { text: string }) => { offset: number };
    poll: () => number[];
    wave: (to?: string) => void;
  };
  serverToClient: { say: { from: string; text: string }; viewers: number };
  joined: { topic: string };
}

async function server(room: Room<ChatContract>, rooms: Rooms): Promise<void> {
  const position = await room.broadcast('say', { from: 'ann', text: 'hi' });
  same<typeof position.offset, number>(true);
  const nothing = await room.broadcast('viewers', 3, { ephemeral: true });
  same<typeof nothing, void>(true);
  // @ts-expect-error the data lacks `from`
  await room.broadcast('say', { text: 'hi' });
  // @ts-expect-error the data is a number
  await room.broadcast('viewers', '3');
  // @ts-expect-error there is no such event
  await room.broadcast('shout', { from: 'ann', text: 'hi' });
  // @ts-expect-error `poll` is the client's to send
  await room.broadcast('poll', []);
  // @ts-expect-error there is no such option
  await room.broadcast('viewers', 3, { exept: 'ann' });
  await rooms.get<ChatContract>('chat/tea').broadcast('viewers', 4);
  // @ts-expect-error the data is a number
  await rooms.get<ChatContract>('chat/tea').broadcast('viewers', {});
  await rooms.get('chat/tea').broadcast('anything', { at: 'all' });
  // @ts-expect-error nobody is evicted
  room.kick('ann', 'evicted');
}

async function client(roost: RoostClient): Promise<void> {
  const room = roost.join<ChatContract>('chat/tea');
  same<typeof room, ClientRoom<ChatContract>>(true);
  const answer = await room.send('say', { text: 'hi' });
  same<typeof answer, { offset: number }>(true);
  same<Awaited<ReturnType<typeof poll>>, number[]>(true);
  await room.send('wave');
  await room.send('wave', 'bob');
  // @ts-expect-error a message has a text
  await room.send('say', { test: 'hi' });
  // @ts-expect-error a message is not left out
  await room.send('say');
  // @ts-expect-error there is no such event
  await room.send('shout', { text: 'hi' });
  // @ts-expect-error `viewers` is the server's to send
  await room.send('viewers', 3);
  room.on('say', (message) => same<typeof message, { from: string; text: string }>(true));
  room.on('viewers', (count) => same<typeof count, number>(true));
  // @ts-expect-error there is no such event
  room.on('shout', () => {});
  room.onJoined(({ data }) => same<typeof data, { topic: string }>(true));

  async function poll() {
    return room.send('poll');
  }
}

async function untyped(
  room: ClientRoom,
  session: Session<{ id: string; name: string; admin: boolean }, { seen: number }>,
) {
  const answer = await room.send('whatever', { you: 'like' });
  same<typeof answer, unknown>(true);
  room.on('anything', (data) => same<typeof data, unknown>(true));
  same<(typeof session)['user'], { id: string; name: string; admin: boolean }>(true);
  session.data.seen = 1;
  // @ts-expect-error the app keeps a number there
  session.data.seen = 'yesterday';
}

it('a contract types both sides', () => {
  expect([server, client, untyped]).toHaveLength(3);
});
