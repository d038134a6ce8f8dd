import { afterEach, expect, it } from '@jest/globals';
import { RoomGateway, Sessions } from 'nestjs-roost';
import { RoostClient } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import { useScene } from './support/scene.js';

@RoomGateway('room/:id')
class Gateway {}

const scene = useScene();
let client: RoostClient | undefined;

afterEach(() => client?.close());

it('session.reauthenticate() has the client come back with fresh credentials, as whoever they say', async () => {
  const { app } = await scene.start({
    providers: [Gateway],
    roost: { authenticate: ({ auth }) => ({ user: { id: auth as string } }) },
  });
  const sessions = app.get(Sessions);
  let name = 'ann';
  const opened = new Promise((resolve) => sessions.opened$.subscribe(resolve));
  client = new RoostClient(scene.url, { auth: () => name, WebSocket, backoff: { min: 1 } });
  await opened;
  const [first] = sessions.byUser('ann');

  const resumed = new Promise((resolve) => sessions.resumed$.subscribe(resolve));
  first?.reauthenticate();
  expect(await resumed).toBe(first);

  name = 'bob';
  const another = new Promise((resolve) => sessions.opened$.subscribe(resolve));
  first?.reauthenticate();
  await another;
  expect(sessions.byUser('bob')).toHaveLength(1);
  expect(first?.connected).toBe(false);
});
