/** Starts the app, lets two clients chat, goes through a list of promises, and prints what came of each as JSON. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RoostClient } from 'nestjs-roost/client';
import { Rooms } from 'nestjs-roost';
import { WebSocket } from 'ws';
import { AppModule, intercepted } from './app.js';
import { type ChatContract } from './chat.js';

type Frame = Record<string, unknown>;

/** Speaks frames, for what the client keeps to itself. */
class Frames {
  readonly received: Frame[] = [];
  #id = 0;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => this.received.push(JSON.parse((data as Buffer).toString()) as Frame));
  }

  async request(frame: Frame): Promise<Frame> {
    const id = ++this.#id;
    this.socket.send(JSON.stringify({ ...frame, id }));
    for (;;) {
      const answer = this.received.find((one) => one['id'] === id);
      if (answer !== undefined) return answer;
      await once(this.socket, 'message');
    }
  }
}

async function main(): Promise<void> {
  const results: Record<string, unknown> = {};
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/ws`;

  const open = (name: string) => new RoostClient(url, { auth: { name }, WebSocket });
  const ann = open('Ann');
  const bob = open('Bob');
  const [annsRoom, bobsRoom] = [ann.join<ChatContract>('chat/tea'), bob.join<ChatContract>('chat/tea')];
  const heard: unknown[] = [];
  const both = new Promise<void>((resolve) => {
    annsRoom.on('say', (message) => {
      heard.push(message);
      if (heard.length === 2) resolve();
    });
  });
  const joined = new Promise((resolve) => bobsRoom.onJoined(resolve));
  results['joined'] = ((await joined) as { data: unknown }).data;
  results['answers'] = [await annsRoom.send('say', { text: 'hi' }), await bobsRoom.send('say', { text: 'hello' })].map(
    ({ offset }) => offset,
  );
  await both;
  results['heard'] = heard;
  results['history'] = (await bobsRoom.history()).messages.map(({ data }) => (data as { text: string }).text);
  results['members'] = app.get(Rooms).get('chat/tea').members.length;
  results['refused'] = await annsRoom.send('say', { text: '' }).catch((error: { code: string; details: unknown }) => ({
    code: error.code,
    details: error.details,
  }));

  const socket = new WebSocket(url, 'roost.v1');
  await once(socket, 'open');
  const raw = new Frames(socket);
  socket.send(JSON.stringify({ op: 'connect', auth: { name: 'Eve' } }));
  await once(socket, 'message');
  results['guard'] = await raw.request({ op: 'join', room: 'chat/tea' });
  await raw.request({ op: 'join', room: 'scoped/1' });
  const numbers = [
    await raw.request({ event: 'number', room: 'scoped/1' }),
    await raw.request({ event: 'number', room: 'scoped/1' }),
  ].map(({ data }) => data as { number: number; event: string });
  results['scoped'] = { rises: numbers[1]!.number > numbers[0]!.number, event: numbers[0]!.event };
  results['scoped guard'] = await raw.request({ event: 'forbidden', room: 'scoped/1' });
  results['ordinary'] = await raw.request({ event: 'echo', data: 1 });
  const client = new RoostClient(url, { auth: { name: 'Cy' }, WebSocket });
  const cys = client.join('chat/tea');
  results['filter'] = await cys.send('break').catch((error: { code: string; message: string }) => error.code);
  results['crash'] = await cys
    .send('lost')
    .catch((error: { code: string; message: string }) => [error.code, error.message]);
  await client.close();
  results['interceptor'] = [...new Set(intercepted)].toSorted();

  const stock = new WebSocket(url);
  const plain = new Frames(stock);
  await once(stock, 'open');
  stock.send(JSON.stringify({ event: 'echo', data: 'plain' }));
  await once(stock, 'message');
  results['plain'] = plain.received.at(-1);

  const closed = once(socket, 'close');
  const away = new Promise<string>((resolve) => bob.onStatus(({ state }) => state === 'away' && resolve(state)));
  await app.close();
  const [code] = (await closed) as [number];
  const last = raw.received.at(-1) as { op: string; after: number };
  results['shutdown'] = { code, op: last.op, hint: last.after >= 100 && last.after <= 150 };
  results['clients'] = await away;
  await app.close();
  await Promise.all([ann.close(), bob.close()]);
  process.stdout.write(JSON.stringify(results));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
