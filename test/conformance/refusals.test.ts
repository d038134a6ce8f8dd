import { describe, expect, it } from '@jest/globals';
import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { Gate, ManualClock, useStage, within, type Stage } from './support/index.js';

const start = useStage();

interface Refusal {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
}

/** Asks for an upgrade that is going to be refused. */
async function refused(
  stage: Stage,
  options: { path?: string; protocol?: string; origin?: string } = {},
): Promise<Refusal> {
  const { path = '/ws', protocol, origin } = options;
  const url = `ws://127.0.0.1:${stage.port}${path}`;
  const socket = new WebSocket(url, protocol === undefined ? [] : [protocol], origin === undefined ? {} : { origin });
  socket.on('error', () => {});
  const [, response] = (await within(once(socket, 'unexpected-response'), 'a refusal')) as [unknown, IncomingMessage];
  response.resume();
  await once(response, 'end');
  response.socket.destroy();
  return { status: response.statusCode, retryAfter: response.headers['retry-after'] };
}

const both = [['a plain client', undefined] as const, ['a `roost.v1` client', 'roost.v1'] as const];

describe.each(both)('before the upgrade, to %s', (_who, protocol) => {
  const offer = protocol === undefined ? {} : { protocol };

  it('an unknown path is 404', async () => {
    const stage = await start();
    for (const path of ['/', '/ws/x', '/wsx', '/WS']) {
      expect(await refused(stage, { ...offer, path })).toMatchObject({ status: 404 });
    }
  });

  it('a foreign Origin is 403; the same host, a listed one and none pass', async () => {
    const stage = await start({ origin: ['https://good.example', /^https:\/\/\w+\.fine\.example$/] });
    for (const origin of ['https://evil.example', 'null', 'https://good.example.evil.example', 'nonsense']) {
      expect(await refused(stage, { ...offer, origin })).toMatchObject({ status: 403 });
    }
    const open = protocol === undefined ? stage.plain.bind(stage) : stage.silent.bind(stage);
    for (const origin of ['https://good.example', 'https://a.fine.example', `http://127.0.0.1:${stage.port}`]) {
      await open({ origin });
    }
    await open();
  });

  it('another port of the same host is another origin', async () => {
    const stage = await start();
    expect(await refused(stage, { ...offer, origin: `http://127.0.0.1:${stage.port + 1}` })).toMatchObject({
      status: 403,
    });
  });
});

describe('a server that goes down', () => {
  it('answers 503', async () => {
    const stage = await start();
    // A goodbye that takes its time keeps the server draining.
    const client = await stage.plain();
    client.socket.pause();
    const closing = stage.app.close();
    expect(await refused(stage)).toMatchObject({ status: 503 });
    expect(await refused(stage, { protocol: 'roost.v1' })).toMatchObject({ status: 503 });
    client.socket.resume();
    await closing;
  });

  it('answers 503 also to whom it was still asking about', async () => {
    const gate = new Gate();
    const stage = await start({ authenticate: () => gate.pass().then(() => ({})) });
    const refusal = refused(stage);
    await gate.reached();
    const client = await stage.silent();
    client.socket.pause();
    const witness = await stage.silent();
    const closing = stage.app.close();
    await witness.expect({ op: 'reconnect' });
    gate.open();
    expect(await refusal).toMatchObject({ status: 503 });
    client.socket.resume();
    await closing;
  });
});

describe('credentials and rates', () => {
  const asked: [what: string, authenticate: () => null | Promise<never>, status: number, code: number][] = [
    ['nobody', () => null, 401, 4401],
    ['an exception of 401', () => raise(new UnauthorizedException()), 401, 4401],
    ['an exception of 403', () => raise(new ForbiddenException()), 403, 4403],
    ['any other error', () => raise(new Error('database away')), 401, 4401],
    ['a rejection', () => Promise.reject(new Error('database away')), 401, 4401],
  ];

  it.each(asked)('%s: plain clients get the HTTP status', async (_what, authenticate, status) => {
    const stage = await start({ authenticate });
    expect(await refused(stage)).toMatchObject({ status });
    expect(stage.sessions.size).toBe(0);
  });

  it.each(asked)('%s: `roost.v1` clients get the close code', async (_what, authenticate, _status, code) => {
    const stage = await start({ authenticate });
    const client = await stage.silent();
    client.send({ op: 'connect' });
    const error = await client.expect({ op: 'error' });
    expect(error['message']).not.toContain('database');
    expect(await client.closed).toMatchObject({ code });
  });

  it.each(asked)(
    '%s: `roost.v1` clients get the status where the option says so',
    async (_what, authenticate, status) => {
      const stage = await start({ authenticate, refuseBeforeUpgrade: true });
      expect(await refused(stage, { protocol: 'roost.v1' })).toMatchObject({ status });
    },
  );

  it('an authenticator that never answers costs a client its time-out, and tells it to come back', async () => {
    const clock = new ManualClock();
    const asked = new Gate();
    const stage = await start({
      clock,
      timeouts: { connect: 1_000 },
      authenticate: () => asked.pass().then(() => ({})),
    });
    const client = await stage.silent();
    client.send({ op: 'connect' });
    await asked.reached(1);
    clock.advance(1_000);
    await client.expect({ op: 'error', code: 'UNAVAILABLE' });
    await client.expect({ op: 'reconnect' });
    expect(await client.closed).toMatchObject({ code: 1012 });
    const refusal = refused(stage);
    await asked.reached(2);
    clock.advance(1_000);
    expect(await refusal).toMatchObject({ status: 503 });
  });

  it('credentials that expire at no time there is let nobody in, and stop no clock', async () => {
    const clock = new ManualClock();
    let expiresAt: Date | undefined = new Date(Number.NaN);
    const stage = await start({
      clock,
      timeouts: { connect: 1_000 },
      authenticate: () => ({ ...(expiresAt && { expiresAt }) }),
    });
    const client = await stage.silent();
    client.send({ op: 'connect' });
    await client.expect({ op: 'error', code: 'UNAUTHENTICATED' });
    expect(await client.closed).toMatchObject({ code: 4401 });
    expiresAt = undefined;
    await stage.session();
    const silent = await stage.silent();
    clock.advance(1_020);
    expect(await silent.closed).toMatchObject({ code: 4408 });
  });

  it('too many connections are 429 with `Retry-After`', async () => {
    const clock = new ManualClock();
    const stage = await start({ clock, limits: { connections: { perSecond: 0.5, burst: 2 } } });
    await stage.plain();
    await stage.plain();
    expect(await refused(stage)).toEqual({ status: 429, retryAfter: '2' });
    clock.advance(2_000);
    await stage.plain();
  });

  it('addresses are counted apart', async () => {
    const stage = await start({
      address: (request) => String(request.headers['x-client']),
      limits: { connections: { perSecond: 0.001, burst: 1 } },
    });
    await stage.plain({ headers: { 'x-client': 'a' } });
    await stage.plain({ headers: { 'x-client': 'b' } });
    const third = await stage.silent({ headers: { 'x-client': 'b' } });
    third.send({ op: 'connect' });
    await third.expect({ op: 'error', code: 'RATE_LIMITED' });
  });

  it.each(['plain', 'silent'] as const)('an `address` that throws crashes nothing (%s)', async (mode) => {
    const stage = await start({
      address: (request) => (request.headers['x-client'] as string).trim(),
    });
    if (mode === 'plain') expect(await refused(stage)).toMatchObject({ status: 500 });
    else expect(await (await stage.silent()).closed).toMatchObject({ code: 1011 });
    await stage.session({}, { headers: { 'x-client': 'a' } });
  });
});

function raise(error: Error): never {
  throw error;
}
