import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startSampleApp, type SampleApp } from '../browser/support/sample-app.js';
import { PASSWORD, Visitor } from './support/visitor.js';

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

  it('cannot be guessed at: an address has so many tries a minute', async () => {
    const other = await startSampleApp();
    try {
      const mallory = new Visitor(other);
      const tries: number[] = [];
      for (let n = 0; n < 21; n++) {
        tries.push((await mallory.post('/api/sign-in', { name: 'Ada', password: 'a guess' })).status);
      }
      expect(tries).toEqual([...Array.from({ length: 20 }, () => 401), 429]);
    } finally {
      await other.stop();
    }
  });
});
