import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ClientRoom } from 'nestjs-roost/client';
import type { ChatContract, Moderated } from '../../sample-app/src/chat/chat.contract.js';
import { startSampleApp, type SampleApp } from '../browser/support/sample-app.js';
import { Visitor } from './support/visitor.js';

jest.setTimeout(180_000);

type ChatRoom = ClientRoom<ChatContract>;

let app: SampleApp;
let channels = 0;
let channel: string;
let owner: Visitor;
let owned: ChatRoom;
const visitors: Visitor[] = [];

beforeAll(async () => {
  // Every test signs somebody up, all from one address.
  app = await startSampleApp({ ROOST_SAMPLE_TRIES: '1000' });
});
afterAll(() => app.stop());

beforeEach(async () => {
  channel = `channel${++channels}`;
  owner = await account(`Owner ${channels}`);
  const { status } = await owner.post('/api/channels', { name: channel, topic: 'All about it' });
  if (status !== 201) throw new Error(`the channel was not made: ${status}`);
  owned = await owner.joins(channel);
});
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.leaves()));
});

async function account(name: string): Promise<Visitor> {
  const visitor = await Visitor.withAccount(app, name);
  visitors.push(visitor);
  return visitor;
}

async function guest(): Promise<Visitor> {
  const visitor = new Visitor(app);
  visitors.push(visitor);
  await visitor.post('/api/guest', {});
  return visitor;
}

/** The next time that a room hears of something done. */
function moderated(room: ChatRoom, action: Moderated['action']): Promise<Moderated> {
  return new Promise((resolve) => room.on('moderated', (data) => data.action === action && resolve(data)));
}

describe('a channel', () => {
  it('is made by who has an account, and is listed with its owner', async () => {
    const { body } = await owner.get('/api/channels');
    const listed = body as unknown as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['general', channel]));
    expect(listed.find(({ name }) => name === channel)).toEqual({
      name: channel,
      topic: 'All about it',
      owner: `Owner ${channels}`,
      viewers: 1,
    });
    expect(await (await guest()).post('/api/channels', { name: 'mine', topic: 'x' })).toMatchObject({ status: 401 });
    expect(await owner.post('/api/channels', { name: channel, topic: 'x' })).toMatchObject({
      status: 409,
      body: { field: 'name' },
    });
    expect(await owner.post('/api/channels', { name: 'A b', topic: 'x' })).toMatchObject({
      status: 422,
      body: { field: 'name' },
    });
  });

  it('has its viewers told in the lobby, as they come and go', async () => {
    const watcher = await guest();
    const lobby = watcher.client.join<{ serverToClient: { viewers: { channel: string; viewers: number } } }>('lobby');
    const counts: number[] = [];
    const seen = (count: number) =>
      new Promise<void>((resolve) => {
        lobby.on('viewers', (told) => {
          if (told.channel !== channel) return;
          counts.push(told.viewers);
          if (told.viewers === count) resolve();
        });
      });
    const two = seen(2);
    await lobby.joined;
    await (await guest()).joins(channel);
    await two;
    expect(counts.at(-1)).toBe(2);
  });

  it('tells who writes what they are, and who is addressed', async () => {
    const ada = await account(`Ada${channels}`);
    await ada.joins(channel);
    const said = new Promise((resolve) => owned.on('say', resolve));
    const someone = await guest();
    await (await someone.joins(channel)).send('say', { text: `hi @ada${channels}, and @nobody` });
    expect(await said).toMatchObject({
      author: { id: await someone.id(), badge: 'guest' },
      mentions: [`ada${channels}`],
    });
  });
});

describe('in slow mode', () => {
  it('a second message is refused with the time that is left, but not a moderator’s', async () => {
    await owned.send('set', { slowMode: 60 });
    const room = await (await guest()).joins(channel);
    await room.send('say', { text: 'one' });
    const refusal: unknown = await room.send('say', { text: 'two' }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', message: 'Slow mode: not so fast.' });
    const { retryAfter } = refusal as { retryAfter: number };
    expect(retryAfter).toBeGreaterThan(50_000);
    expect(retryAfter).toBeLessThanOrEqual(60_000);
    await owned.send('say', { text: 'one' });
    await owned.send('say', { text: 'two' });
  });
});

describe('in unique mode', () => {
  it('no text comes twice, whoever says it', async () => {
    await owned.send('set', { uniqueMode: true });
    const [one, other] = await Promise.all([guest(), guest()]);
    await (await one.joins(channel)).send('say', { text: 'First!' });
    const room = await other.joins(channel);
    await expect(room.send('say', { text: ' first! ' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await room.send('say', { text: 'Second' });
  });
});

describe('what is said at the same moment', () => {
  it('is one message of a person in slow mode, and one of a text in unique mode', async () => {
    const one = await account(`Two pages ${channels}`);
    const second = new Visitor(app);
    visitors.push(second);
    second.cookie = one.cookie;
    const [here, there] = [await one.joins(channel), await second.joins(channel)];
    const guests = await Promise.all([guest(), guest(), guest()]);
    const rooms = await Promise.all(guests.map((visitor) => visitor.joins(channel)));
    const outcomes = async (said: Promise<unknown>[]) =>
      (await Promise.allSettled(said)).map(({ status }) => status).sort();
    await owned.send('set', { slowMode: 30 });
    expect(await outcomes([here.send('say', { text: 'a' }), there.send('say', { text: 'b' })])).toEqual([
      'fulfilled',
      'rejected',
    ]);
    await owned.send('set', { slowMode: 0, uniqueMode: true });
    expect(await outcomes(rooms.map((room) => room.send('say', { text: 'First!' })))).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});

describe('for members only', () => {
  it('guests read, and people with an account write', async () => {
    const changed = new Promise((resolve) => owned.on('settings', resolve));
    await owned.send('set', { membersOnly: true });
    expect(await changed).toEqual({
      slowMode: 0,
      uniqueMode: false,
      membersOnly: true,
      by: `Owner ${channels}`,
    });
    const room = await (await guest()).joins(channel);
    await expect(room.send('say', { text: 'hi' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await (await (await account(`Member ${channels}`)).joins(channel)).send('say', { text: 'hi' });
  });
});

describe('a message', () => {
  it('is removed by who said it and by moderators, and by nobody else', async () => {
    const [one, other] = await Promise.all([guest(), guest()]);
    const [room, others] = [await one.joins(channel), await other.joins(channel)];
    const first = await room.send('say', { text: 'mine' });
    await expect(others.send('remove', first)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const removed = new Promise((resolve) => others.onRetract(resolve));
    await room.send('remove', first);
    expect(await removed).toBe(first.offset);
    await expect(room.send('remove', first)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const second = await room.send('say', { text: 'rude' });
    await owned.send('remove', second);
  });
});

describe('a time-out', () => {
  it('keeps somebody from writing, also when they come back, and says for how long', async () => {
    const rude = await guest();
    const room = await rude.joins(channel);
    const told = moderated(room, 'timedOut');
    await owned.send('timeOut', { user: await rude.id(), seconds: 600, reason: 'calm down' });
    expect(await told).toMatchObject({ seconds: 600, reason: 'calm down', by: `Owner ${channels}` });
    await expect(room.send('say', { text: 'no' })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await rude.leaves();
    const again = await rude.joins(channel);
    await expect(again.send('say', { text: 'no' })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'A moderator has timed you out.',
    });
  });
});

describe('a time-out that is lifted', () => {
  it('is over, also where the person has gone and is known by what they said', async () => {
    const rude = await guest();
    const room = await rude.joins(channel);
    const user = await rude.id();
    await room.send('say', { text: 'rude' });
    await rude.leaves();
    const told = moderated(owned, 'timedOut');
    await owned.send('timeOut', { user, seconds: 600 });
    expect((await told).user).toEqual({ id: user, name: expect.stringMatching(/^\w+ \w+ \d\d$/) });
    await owned.send('unban', { user });
    await (await rude.joins(channel)).send('say', { text: 'sorry' });
    await expect(owned.send('unban', { user })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(owned.send('ban', { user: 'nobody' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a ban', () => {
  it('is told to whom it is about, with the reason', async () => {
    const rude = await guest();
    const room = await rude.joins(channel);
    const told = moderated(room, 'banned');
    await owned.send('ban', { user: await rude.id(), reason: 'enough' });
    expect(await told).toMatchObject({ reason: 'enough', by: `Owner ${channels}` });
  });

  it('takes somebody out, outlives a reconnect, and ends when it is lifted', async () => {
    const rude = await guest();
    const room = await rude.joins(channel);
    const left = new Promise((resolve) => room.onLeft(resolve));
    const user = await rude.id();
    await owned.send('ban', { user, reason: 'enough' });
    expect(await left).toBe('banned');
    await rude.leaves();
    await expect(rude.joins(channel)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await rude.leaves();
    await owned.send('unban', { user });
    await rude.joins(channel);
  });
});

describe('a moderator', () => {
  it('is appointed by the owner, may what moderators may, and not above themselves', async () => {
    const mod = await account(`Mod ${channels}`);
    const room = await mod.joins(channel);
    const user = await mod.id();
    await expect(room.send('set', { slowMode: 5 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await owned.send('appoint', { user, moderator: true });
    await room.send('set', { slowMode: 5 });
    await expect(room.send('ban', { user: await owner.id() })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(room.send('appoint', { user, moderator: false })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await owned.send('appoint', { user, moderator: false });
    await expect(room.send('set', { slowMode: 0 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('typing', () => {
  it('is not told of somebody who may not write', async () => {
    const [rude, other] = [await guest(), await guest()];
    const [room, others] = [await rude.joins(channel), await other.joins(channel)];
    await owned.send('timeOut', { user: await rude.id(), seconds: 60 });
    const told = new Promise((resolve) => owned.on('typing', resolve));
    await room.send('typing', undefined);
    await others.send('typing', undefined);
    expect(await told).toMatchObject({ id: other.client.session?.id });
  });

  it('is told to the others and not to who types', async () => {
    const someone = await guest();
    const room = await someone.joins(channel);
    let own = 0;
    room.on('typing', () => own++);
    const told = new Promise((resolve) => owned.on('typing', resolve));
    await room.send('typing', undefined);
    expect(await told).toMatchObject({ name: expect.any(String) });
    await room.send('say', { text: 'there' });
    expect(own).toBe(0);
  });
});
