import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSampleApp, type SampleApp } from '../browser/support/sample-app.js';
import { PASSWORD, Visitor } from './support/visitor.js';

// Apps are started, and passwords take their time.
jest.setTimeout(180_000);

let app: SampleApp;
const visitors: Visitor[] = [];

beforeAll(async () => {
  app = await startSampleApp();
});
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.leaves()));
});
afterAll(() => app.stop());

function visitor(): Visitor {
  const one = new Visitor(app);
  visitors.push(one);
  return one;
}

describe('an account', () => {
  it('is signed up for, out of and into again, by a cookie that no script can read', async () => {
    const ada = visitor();
    const { status, body, cookie } = await ada.post('/api/sign-up', { name: ' Ada  L ', password: PASSWORD });
    expect(status).toBe(200);
    expect(body).toEqual({ user: { id: expect.stringMatching(/^account:/), name: 'Ada L', guest: false } });
    expect(cookie).toMatch(/; Path=\/; .*HttpOnly; SameSite=Lax/);
    expect((await ada.get('/api/me')).body).toEqual(body);
    const signedIn = ada.cookie;
    expect((await ada.post('/api/sign-out')).body).toEqual({});
    expect((await ada.get('/api/me')).body).toEqual({});
    ada.cookie = signedIn;
    expect((await ada.get('/api/me')).body).toEqual({});
    ada.cookie = undefined;
    expect((await ada.post('/api/sign-in', { name: 'ADA L', password: PASSWORD })).body).toEqual(body);
  });

  it('is refused in words, with the field that is wrong', async () => {
    await visitor().post('/api/sign-up', { name: 'Grace', password: PASSWORD });
    const refused = async (path: string, body: object) => {
      const { status, body: answer } = await visitor().post(path, body);
      return { status, ...answer };
    };
    expect(await refused('/api/sign-up', { name: 'grace', password: PASSWORD })).toEqual({
      status: 409,
      message: 'That name is taken.',
      field: 'name',
    });
    expect(await refused('/api/sign-up', { name: '', password: PASSWORD })).toMatchObject({
      status: 422,
      field: 'name',
    });
    expect(await refused('/api/sign-up', { name: 'New', password: 'short' })).toEqual({
      status: 422,
      message: 'A password has from 8 to 200 characters.',
      field: 'password',
    });
    expect(await refused('/api/sign-up', { name: 7 })).toMatchObject({ status: 422, field: 'name' });
    const wrong = { status: 401, message: 'The name or the password is wrong.' };
    expect(await refused('/api/sign-in', { name: 'Grace', password: 'not the password' })).toMatchObject(wrong);
    expect(await refused('/api/sign-in', { name: 'Nobody', password: 'not the password' })).toMatchObject(wrong);
    expect(await refused('/api/guest', { name: 'GRACE' })).toMatchObject({ status: 422, field: 'name' });
  });

  it('is who its WebSocket belongs to, and its name is nobody else’s', async () => {
    const alan = await Visitor.withAccount(app, 'Alan');
    visitors.push(alan);
    let me: unknown;
    alan.client.join('chat/general').onJoined(({ data }) => (me = (data as { you: unknown }).you));
    await alan.joins('general');
    expect(me).toMatchObject({ name: 'Alan', user: await alan.id() });
    const guest = visitor();
    await guest.post('/api/guest', {});
    expect((await guest.get('/api/me')).body).toMatchObject({ user: { guest: true } });
  });

  it('is left by the pages that are open when it is signed out of', async () => {
    const edsger = await Visitor.withAccount(app, 'Edsger');
    visitors.push(edsger);
    const room = await edsger.joins('general');
    const { client } = edsger;
    expect(client.user).toMatchObject({ name: 'Edsger' });
    const changed = new Promise<void>((resolve) =>
      client.onStatus(({ state }) => {
        if (state === 'online') resolve();
      }),
    );
    // The answer takes the cookie away, as in a browser.
    const signedOut = edsger.post('/api/sign-out');
    edsger.cookie = undefined;
    await signedOut;
    await changed;
    expect(client.user?.id).toMatch(/^guest:/);
    // Nor does who it was sit there asleep.
    expect((await room.presence()).members?.map(({ user }) => user?.name)).toEqual([client.user?.name]);
  });

  it('cannot be had by pages of other sites', async () => {
    const ada = { name: 'Barbara', password: PASSWORD };
    const { status, body, cookie } = await visitor().post('/api/sign-up', ada, { origin: 'https://example.org' });
    expect([status, cookie]).toEqual([403, undefined]);
    expect(body).toMatchObject({ message: 'Only pages of this site may do that.' });
    expect(await visitor().post('/api/sign-up', ada, { origin: app.url })).toMatchObject({ status: 200 });
  });

  it('outlives a restart, and is on all nodes, where the database is a file; its secrets are not in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'roost-sample-'));
    const database = join(folder, 'sample.db');
    const start = () => startSampleApp({ ROOST_SAMPLE_DATABASE: database });
    const [here, there] = [await start(), await start()];
    try {
      const grace = await Visitor.withAccount(here, 'Grace');
      const elsewhere = new Visitor(there);
      elsewhere.cookie = grace.cookie;
      expect((await elsewhere.get('/api/me')).body).toEqual((await grace.get('/api/me')).body);
      await Promise.all([here.stop(), there.stop()]);
      const files = await Promise.all(['', '-wal'].map((end) => readFile(database + end).catch(() => Buffer.alloc(0))));
      const kept = Buffer.concat(files).toString('latin1');
      const secret = grace.cookie?.split('=')[1] ?? '';
      expect([kept.includes('Grace'), kept.includes(PASSWORD), kept.includes(secret)]).toEqual([true, false, false]);
      const again = await start();
      const answer = await new Visitor(again).post('/api/sign-in', { name: 'Grace', password: PASSWORD });
      await again.stop();
      expect(answer.status).toBe(200);
    } finally {
      await Promise.all([here.stop(), there.stop()]);
      await rm(folder, { recursive: true });
    }
  });

  it('cannot be guessed at: an address has so many tries a minute', async () => {
    const other = await startSampleApp();
    try {
      const mallory = new Visitor(other);
      const guess = () => mallory.post('/api/sign-in', { name: 'Ada', password: 'a guess' });
      const answers = await Promise.all(Array.from({ length: 21 }, guess));
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
        ...Array.from({ length: 20 }, () => 401),
        429,
      ]);
    } finally {
      await other.stop();
    }
  }, 60_000);
});
