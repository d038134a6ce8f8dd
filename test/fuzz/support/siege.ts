import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import {
  CurrentRoom,
  Heartbeat,
  OnJoin,
  OnMessage,
  Room,
  RoomGateway,
  Rooms,
  Sessions,
  type TokenRate,
} from 'nestjs-roost';
import type { ManualClock } from 'nestjs-roost/testing';
import { IsString, MaxLength } from 'class-validator';
import { ValidationPipe } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { startApp, type TestApp } from '../../support/app.js';
import { RawClient, type RawFrame } from '../../support/raw-client.js';

class NoteDto {
  @IsString()
  @MaxLength(100)
  text!: string;
}

@RoomGateway('chat/:channel')
class ChatGateway {
  @OnJoin()
  join(@MessageBody() data: unknown) {
    return { heard: data };
  }

  @OnMessage('say')
  say(@CurrentRoom() room: Room, @MessageBody() data: unknown) {
    return room.broadcast('say', data);
  }

  @OnMessage('note')
  note(@CurrentRoom() room: Room, @MessageBody() note: NoteDto) {
    return room.broadcast('note', note);
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return { event: 'echo', data };
  }
}

const ROOM = 'chat/general';
const PATIENCE = 20_000;
/** Milliseconds between two things that the bystander says of its own accord. */
const PACE = 25;

/**
 * A running app, somebody who chats in it all the while and is not to notice anything, and everything that may show that
 * an attack has left its mark.
 */
export class Siege {
  readonly #unhandled: unknown[] = [];
  readonly #onUnhandled = (error: unknown) => this.#unhandled.push(error);
  #said = 0;
  #answered = 0;
  #chat: Promise<void> | undefined;
  #over = false;

  private constructor(
    readonly server: TestApp,
    readonly bystander: RawClient,
  ) {
    process.on('unhandledRejection', this.#onUnhandled);
    process.on('uncaughtException', this.#onUnhandled);
  }

  /** @param messages the rate that each session may send at */
  static async begin(messages: TokenRate = { perSecond: 2_000, burst: 4_000 }, clock?: ManualClock): Promise<Siege> {
    const server = await startApp({
      providers: [ChatGateway],
      // Sessions of attackers are over when they are gone; the bystander never is.
      roost: { session: { ttl: 0 }, limits: { connections: false, messages }, ...(clock && { clock }) },
      prepare: (app) => app.useGlobalPipes(new ValidationPipe({ transform: true })),
    });
    const bystander = await RawClient.session(server.url);
    await bystander.request({ op: 'join', room: ROOM });
    const siege = new Siege(server, bystander);
    siege.#chat = siege.#keepTalking();
    return siege;
  }

  /** How often the bystander has been answered. */
  get answered(): number {
    return this.#answered;
  }

  /** Says something, and is answered. */
  async talk(): Promise<void> {
    const data = `still here ${this.#said++}`;
    const ack = await this.bystander.request({ event: 'say', room: ROOM, data });
    if (ack['op'] !== 'ack') throw new Error(`the bystander is refused: ${JSON.stringify(ack)}`);
    this.#answered++;
  }

  async #keepTalking(): Promise<void> {
    while (!this.#over) {
      await this.talk();
      await delay(PACE);
    }
  }

  /** Waits until nobody is left but the bystander, and says what is still there where that takes too long. */
  async quiet(): Promise<void> {
    const { app } = this.server;
    const left = () => ({
      sessions: app.get(Sessions).size,
      connections: app.get(Heartbeat).size,
      rooms: app.get(Rooms).names().join(),
    });
    const expected = JSON.stringify({ sessions: 1, connections: 1, rooms: ROOM });
    const end = performance.now() + PATIENCE;
    while (JSON.stringify(left()) !== expected) {
      if (performance.now() > end) throw new Error(`left behind: ${JSON.stringify(left())}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** What the bystander has to complain about: nothing. */
  async complaints(): Promise<string[]> {
    this.#over = true;
    const complaints: string[] = [];
    await this.#chat?.catch((error: unknown) => complaints.push(String(error)));
    await this.bystander.settled().catch((error: unknown) => complaints.push(String(error)));
    let last = 0;
    let own = 0;
    const entries = this.bystander.received.filter(
      (frame: RawFrame) => frame['offset'] !== undefined && frame['op'] !== 'ack',
    );
    for (const { offset, data } of entries) {
      if (offset !== last + 1) complaints.push(`${offset} comes behind ${last}`);
      last = offset as number;
      if (data === `still here ${own}`) own++;
    }
    if (own !== this.#said) complaints.push(`it said ${this.#said} things and heard ${own}`);
    for (const error of this.#unhandled)
      complaints.push(`not handled: ${error instanceof Error ? error.stack : String(error)}`);
    return complaints;
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#chat?.catch(() => {});
    process.off('unhandledRejection', this.#onUnhandled);
    process.off('uncaughtException', this.#onUnhandled);
    await this.bystander.cut();
    await this.server.close();
  }
}
