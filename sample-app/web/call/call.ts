import { effect, signal } from '@preact/signals';
import type { ClientRoom, LeaveReason, PresenceState, RoostClient, RoostError } from 'nestjs-roost/client';
import type { Me } from '../../src/accounts/account.contract.js';
import type { CallContract, Signal } from '../../src/call/call.contract.js';
import { closedWords } from '../site/closed-words.js';
import { Visitor } from '../site/visitor.js';
import { Conversation } from './conversation.js';
import { OwnMedia } from './own-media.js';

/** What the server begins the page with. */
export interface CallStart {
  readonly me: Me;
  readonly name: string;
}

/** One call: whether the person is in it, with whom, and what they let be seen and heard. */
export class Call {
  readonly visitor: Visitor;
  readonly name: string;
  /** `asking`: the browser asks for camera and microphone; `joining`: the server has not let the person in yet. */
  readonly stage = signal<'outside' | 'asking' | 'joining' | 'inside'>('outside');
  readonly presence = signal<PresenceState | undefined>(undefined);
  readonly media = signal<OwnMedia | undefined>(undefined);
  readonly conversation = signal<Conversation | undefined>(undefined);
  /** Why it is as it is: how it ended, or how the other left. */
  readonly news = signal<string | undefined>(undefined);
  /** What went wrong on the way to the other. */
  readonly trouble = signal<string | undefined>(undefined);
  #room: ClientRoom<CallContract> | undefined;
  #stop: (() => void) | undefined;

  constructor({ me, name }: CallStart) {
    this.visitor = new Visitor(me);
    this.name = name;
  }

  connect(): void {
    this.visitor.connect((client) => {
      this.#end('You have another name now. Join again with it.');
      client.onStatus((status) => {
        const { user, session } = client;
        if (status.state === 'online' && user?.name && session) this.visitor.is({ id: session.id, name: user.name });
        if (status.state === 'closed') this.#end(closedWords(status));
      });
    });
  }

  /** Asks for camera and microphone, and joins with whatever there is. */
  async join(): Promise<void> {
    if (this.stage.value !== 'outside' || this.visitor.client === undefined) return;
    this.news.value = undefined;
    this.stage.value = 'asking';
    const media = new OwnMedia(this.visitor.name.value, (track) => this.conversation.value?.send(track));
    this.media.value = media;
    await media.open();
    // Meanwhile the person may have gone, and come again.
    if (this.media.value === media) this.#enter(this.visitor.client, media);
  }

  hangUp(): void {
    this.#end('You have hung up. Camera and microphone are off.');
  }

  #enter(client: RoostClient, media: OwnMedia): void {
    this.stage.value = 'joining';
    const room = client.join<CallContract>(`call/${this.name}`);
    const own = newId();
    this.#room = room;
    const stops = [
      room.onJoined(() => {
        this.stage.value = 'inside';
        // Also after a lost session, with which signals may have been lost.
        this.#greet(room, own);
      }),
      room.onLeft((reason, error) => this.#end(leftWords(reason, error))),
      room.onPresence((presence) => this.#present(presence)),
      room.onGap(() => this.#greet(room, own)),
      room.on('signal', (signal, { from = '' }) => this.#take(own, signal, from)),
      room.on('probe', (probe) => this.conversation.value?.roundabout.take(probe)),
      effect(() => this.conversation.value?.show(media.shows.value)),
      effect(() => this.#check()),
    ];
    this.#stop = () => stops.forEach((stop) => stop());
  }

  /** Has whoever is in the call tell what they have to tell, and does the same. */
  #greet(room: ClientRoom<CallContract>, own: string): void {
    this.#signal(room, { from: own });
    this.conversation.value?.recover();
  }

  #take(own: string, signal: Signal, session: string): void {
    if (signal.to !== undefined && signal.to !== own) return;
    const { value: known } = this.conversation;
    if (known?.other !== signal.from) this.#meet(own, signal.from, session);
    else {
      if (this.presence.value) known.heard(session, this.presence.value);
      // It may have missed what it was told.
      if (signal.to === undefined) known.recover();
    }
    if (signal.to === own) this.conversation.value?.take(signal);
  }

  #meet(own: string, other: string, session: string): void {
    const room = this.#room;
    const media = this.media.value;
    if (room === undefined || media === undefined) return;
    this.conversation.value?.close();
    this.news.value = undefined;
    this.trouble.value = undefined;
    const conversation = new Conversation({
      own,
      other,
      session,
      stream: media.stream,
      signal: (signal) => this.#signal(room, signal),
      probe: (probe) => {
        if (this.visitor.client?.status.state !== 'online' || room.state !== 'joined') return false;
        // One that gets lost is what is measured.
        room.send('probe', probe).catch(() => {});
        return true;
      },
      failed: (error) => (this.trouble.value = `Something went wrong: ${String(error)}.`),
    });
    if (this.presence.value) conversation.present(this.presence.value);
    this.conversation.value = conversation;
  }

  #present(presence: PresenceState): void {
    this.presence.value = presence;
    this.conversation.value?.present(presence);
  }

  /** The other may be gone: one that only cannot be signalled to is not. */
  #check(): void {
    const { value: conversation } = this.conversation;
    if (!conversation?.isOver.value) return;
    const { name, member } = conversation;
    const lost = member.value === undefined || member.value.away;
    this.news.value = lost ? `${name.value}’s connection is lost.` : `${name.value} has hung up.`;
    conversation.close();
    this.conversation.value = undefined;
  }

  #signal(room: ClientRoom<CallContract>, signal: Signal): void {
    room.send('signal', signal).catch((error: unknown) => {
      if (this.#room === room) this.trouble.value = `A signal did not get through: ${String(error)}.`;
    });
  }

  #end(news: string): void {
    if (this.stage.value === 'outside') return;
    this.stage.value = 'outside';
    this.news.value = news;
    this.trouble.value = undefined;
    this.presence.value = undefined;
    this.#stop?.();
    this.#stop = undefined;
    this.conversation.value?.close();
    this.conversation.value = undefined;
    this.media.value?.close();
    this.media.value = undefined;
    // Who has no connection any more is let go by the server.
    this.#room?.leave().catch(() => {});
    this.#room = undefined;
  }

  /** Leaves with the page. */
  leave(): void {
    this.#end('');
  }
}

function leftWords(reason: LeaveReason, error: RoostError | undefined): string {
  if (reason === 'kicked') return 'You are in this call on another page.';
  return error === undefined || error.code === 'CLOSED'
    ? 'The connection is closed, and with it the call.'
    : error.message;
}

/** Unlike `crypto.randomUUID` also where the page has come without TLS. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
