import { describe, expect, it } from '@jest/globals';
import { ForbiddenException, Injectable, Scope, UnauthorizedException } from '@nestjs/common';
import {
  CurrentSession,
  OnMessage,
  RoomGateway,
  RoostException,
  Session,
  type Authenticate,
  type Authenticator,
  type Handshake,
} from 'nestjs-roost';
import { startApp } from '../support/app.js';
import { deferred } from './support/deferred.js';
import { refusedUpgrade, useScene } from './support/scene.js';

const scene = useScene();
const v1 = { 'Sec-WebSocket-Protocol': 'roost.v1' };

@RoomGateway('room/:id')
class Gateway {
  @OnMessage('who')
  who(@CurrentSession() session: Session) {
    return session.user?.id ?? 'nobody';
  }
}

const start = (authenticate?: Authenticate, more: object = {}) =>
  scene.start({ providers: [Gateway], roost: { ...(authenticate && { authenticate }), ...more } });

describe('before the upgrade', () => {
  it('a path that nobody serves is answered 404', async () => {
    const { port } = await start();
    expect(await refusedUpgrade(`ws://127.0.0.1:${port}/nowhere`)).toMatchObject({
      status: 404,
      body: { statusCode: 404, message: 'Not Found' },
    });
  });

  it.each([
    ['same-host', 'http://evil.example', 403],
    ['same-host', 'null', 403],
    ['same-host', 'nonsense', 403],
    [['https://good.example', /\.trusted\.example$/], 'https://evil.example', 403],
    [(origin: string) => origin.length > 100, 'https://good.example', 403],
  ] as const)('by origin %p "%s" is refused', async (origin, sent, status) => {
    const { url } = await start(undefined, { origin });
    expect(await refusedUpgrade(url, { Origin: sent })).toMatchObject({ status });
    expect(await refusedUpgrade(url, { Origin: sent, ...v1 })).toMatchObject({ status });
  });

  it.each([
    ['same-host', undefined],
    ['any', 'http://evil.example'],
    [['https://good.example'], 'https://good.example'],
    [[/\.trusted\.example$/], 'https://a.trusted.example'],
    [(origin: string) => origin.startsWith('https:'), 'https://good.example'],
  ] as const)('by origin %p %p may enter', async (origin, sent) => {
    await start(undefined, { origin });
    const client = await scene.session({}, sent === undefined ? {} : { origin: sent });
    expect(client.welcome).toMatchObject({ resumed: false });
  });

  it('a page of the same host may enter', async () => {
    const { port } = await start();
    await scene.session({}, { origin: `http://127.0.0.1:${port}` });
  });

  it('where plain clients are switched off, they are told of the subprotocol', async () => {
    await start(undefined, { plain: false });
    expect(await (await scene.plain()).closed).toMatchObject({ code: 4406 });
  });
});

describe('authenticate', () => {
  const refusals: [how: string, authenticate: Authenticate, status: number, close: number][] = [
    ['returns nothing', () => undefined, 401, 4401],
    ['returns null', () => null, 401, 4401],
    ['returns false', () => false, 401, 4401],
    ['returns a promise of nothing', () => Promise.resolve(null), 401, 4401],
    [
      'throws an UnauthorizedException',
      () => {
        throw new UnauthorizedException('no token');
      },
      401,
      4401,
    ],
    ['rejects with a ForbiddenException', () => Promise.reject(new ForbiddenException('banned')), 403, 4403],
    ['rejects with a RoostException', () => Promise.reject(new RoostException('RATE_LIMITED', 'slower')), 429, 4429],
    [
      'throws an Error',
      () => {
        throw new Error('secret');
      },
      401,
      4401,
    ],
    ['rejects with a TypeError', () => Promise.reject(new TypeError('secret')), 401, 4401],
    [
      'throws text',
      () => {
        throw 'secret'; // oxlint-disable-line no-throw-literal, typescript/only-throw-error -- apps throw anything
      },
      401,
      4401,
    ],
    ['returns the user itself', () => ({ id: 'x', name: 'X' }) as never, 401, 4401],
    ['returns a user with a number for an id', () => ({ user: { id: 5 } }) as never, 401, 4401],
  ];

  it.each(refusals)('that %s refuses', async (_how, authenticate, status, close) => {
    const { url } = await start(authenticate);
    const refused = await refusedUpgrade(url);
    expect(refused).toMatchObject({ status, body: { statusCode: status } });
    expect(JSON.stringify(refused.body)).not.toContain('secret');
    const client = await scene.silent();
    client.send({ op: 'connect' });
    expect(await client.closed).toMatchObject({ code: close });
    expect(JSON.stringify(client.received)).not.toContain('secret');
  });

  it('is asked at the upgrade of plain clients, and at connect of others, with what there is', async () => {
    const asked: unknown[] = [];
    await start(({ step, mode, auth, cookies, headers, address }) => {
      asked.push({ step, mode, auth, cookies: { ...cookies }, header: headers['x-token'], address });
      return { user: { id: 'ann' } };
    });
    const options = { headers: { cookie: 'a=1; b=two', 'x-token': 't' } };
    const plain = await scene.plain(undefined, options);
    plain.send({ op: 'join', room: 'room/1', id: 1 });
    plain.send({ event: 'who', room: 'room/1', id: 2 });
    expect(await plain.answer(2)).toMatchObject({ data: 'ann' });
    const session = await scene.session({ auth: { token: 5 } }, options);
    expect(session.welcome['user']).toEqual({ id: 'ann' });
    const rest = { cookies: { a: '1', b: 'two' }, header: 't', address: '127.0.0.1' };
    expect(asked).toEqual([
      { step: 'upgrade', mode: 'plain', ...rest },
      { step: 'connect', mode: 'session', auth: { token: 5 }, ...rest },
    ]);
  });

  it('is asked at both with refuseBeforeUpgrade, and refuses with a status', async () => {
    const steps: string[] = [];
    let refuse = false;
    const { url } = await start(
      ({ step }) => {
        steps.push(step);
        return refuse ? null : { user: { id: 'ann' } };
      },
      { refuseBeforeUpgrade: true },
    );
    await scene.session();
    expect(steps).toEqual(['upgrade', 'connect']);
    refuse = true;
    expect(await refusedUpgrade(url, v1)).toMatchObject({ status: 401 });
  });

  it('may take its time: frames sent behind connect wait for it', async () => {
    const gate = deferred();
    await start(async () => {
      await gate.promise;
      return { user: { id: 'slow' } };
    });
    const client = await scene.silent();
    client.send({ op: 'connect' });
    client.send({ op: 'join', room: 'room/1', id: 1 });
    client.send({ event: 'who', room: 'room/1', id: 2 });
    await client.settled();
    expect(client.unread).toEqual([]);
    gate.resolve();
    await client.expect({ op: 'welcome' });
    expect(await client.answer(2)).toMatchObject({ op: 'ack', data: 'slow' });
  });

  it('that is still at it when the client leaves leads to nothing', async () => {
    const gate = deferred();
    const { app } = await start(async () => {
      await gate.promise;
      throw new Error('too late');
    });
    const client = await scene.silent();
    client.send({ op: 'connect' });
    await client.cut();
    gate.resolve();
    await app.close();
  });

  it('says until when: then the connection is closed with 4401, and the session kept', async () => {
    let expiresAt: Date | number | undefined = new Date(Date.now() + 60);
    await start(() => ({ user: { id: 'ann' }, ...(expiresAt !== undefined && { expiresAt }) }));
    const client = await scene.session();
    expect(await client.closed).toMatchObject({ code: 4401 });
    expiresAt = undefined;
    const back = await scene.session({ session: client.welcome['session'].token, rooms: {} });
    expect(back.welcome).toMatchObject({ resumed: true });
  });

  describe('as a class', () => {
    @Injectable()
    class Users {
      find(name: unknown) {
        return typeof name === 'string' ? { user: { id: name, name: name.toUpperCase() } } : null;
      }
    }
    @Injectable()
    class UsersAuthenticator implements Authenticator {
      constructor(private readonly users: Users) {}

      async authenticate({ auth }: Handshake) {
        return Promise.resolve(this.users.find(auth));
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class TransientAuthenticator implements Authenticator {
      constructor(private readonly users: Users) {}

      authenticate({ auth }: Handshake) {
        return this.users.find(auth);
      }
    }

    it.each([UsersAuthenticator, TransientAuthenticator])('gets its dependencies (%p)', async (authenticate) => {
      await scene.start({ providers: [Gateway, Users, authenticate], roost: { authenticate } });
      const client = await scene.session({ auth: 'ann' });
      expect(client.welcome['user']).toEqual({ id: 'ann', name: 'ANN' });
      const refused = await scene.silent();
      refused.send({ op: 'connect', auth: 5 });
      expect(await refused.closed).toMatchObject({ code: 4401 });
    });

    it('that is no provider is refused at boot with the mend', async () => {
      await expect(startApp({ providers: [Gateway], roost: { authenticate: UsersAuthenticator } })).rejects.toThrow(
        'RoostModule: option `authenticate`: UsersAuthenticator is not a provider; add it to the `providers` of a module',
      );
    });

    it('without the method is refused at boot', async () => {
      class NoAuthenticator {}
      await expect(
        startApp({ providers: [Gateway], roost: { authenticate: NoAuthenticator as never } }),
      ).rejects.toThrow(/`authenticate`.*NoAuthenticator/);
    });
  });
});
