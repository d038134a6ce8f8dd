import { RoostError, type ClientRoom, type PresenceState, type Recovery, type RoostClient } from 'nestjs-roost/client';
import type { ChatContract } from '../../src/chat/chat.contract.js';
import { isLine, TRANSCRIPT_LENGTH, type Line, type Transcript } from '../../src/chat/transcript.js';
import type { Visitor } from '../site/visitor.js';
import { failureWords } from './words.js';

/** Lines that a channel keeps, and thereby the page shows. */
const LINES = 500;
/** Lines that go at a time when there are too many. */
const LINES_DROPPED = 100;

/** Something the person has said that is not in the log yet. */
export interface Pending {
  readonly text: string;
  readonly ts: number;
  /** Where the log has it, once the server has said so. */
  offset?: number;
  /** Why it is not said, in words. */
  failure?: string;
  /** The failure leaves open whether it was said. */
  doubtful?: boolean;
}

/** What a channel tells the page. */
export interface ChannelEvents {
  /** Lines were added at the end. */
  added(channel: Channel, lines: readonly Line[]): void;
  /** Something else than the end has changed. */
  changed(channel: Channel): void;
  pending(channel: Channel): void;
  people(channel: Channel): void;
  recovered(channel: Channel, recovery: Recovery): void;
  /** The server did not take the text, for what is in it. */
  refused(channel: Channel, text: string, words: string): void;
}

/** One open channel: what was said in it, who is there, and what is on its way. */
export class Channel {
  readonly name: string;
  lines: readonly Line[];
  pending: readonly Pending[] = [];
  topic = '';
  unread = 0;
  /** Why the channel cannot be used, in words. */
  closed: string | undefined;
  /** Lines before which others are missing. */
  readonly breaks = new WeakSet<Line>();
  readonly #me: Visitor;
  readonly #events: ChannelEvents;
  #room: ClientRoom<ChatContract> | undefined;
  /** The log's position that the lines lead up to, as the server gave it with them. */
  #position: { readonly epoch: string; readonly offset: number };
  #more: boolean;
  /** Whether the oldest lines may be of a log that is no more. */
  #renewed = false;
  /** Whether something is missing before the next line. */
  #broken = false;
  /** What is said while the end of the log is loaded anew. */
  #arriving: Line[] | undefined;

  constructor(name: string, transcript: Transcript, me: Visitor, events: ChannelEvents) {
    this.name = name;
    this.lines = transcript.messages.filter(isLine);
    this.#position = transcript;
    this.#more = transcript.more;
    this.#me = me;
    this.#events = events;
  }

  /** Loads the end of a channel's log. */
  static async load(name: string): Promise<Transcript> {
    const response = await fetch(`/api/channels/${encodeURIComponent(name)}/messages`);
    const answer = (await response.json()) as Transcript & { message?: string };
    if (!response.ok) throw new Error(answer.message ?? 'The channel could not be loaded.');
    return answer;
  }

  get people(): PresenceState | undefined {
    const { members, count } = this.#room ?? {};
    return count === undefined ? undefined : { rev: 0, count, ...(members && { members }) };
  }

  /** Whether earlier lines can be loaded. */
  get more(): boolean {
    return this.#more && this.lines.length + TRANSCRIPT_LENGTH <= LINES;
  }

  /** Joins the room from exactly where the lines end; again with another client, where that changes. */
  join(client: RoostClient): void {
    const { epoch, offset } = this.#room?.position ?? this.#position;
    const room = client.join<ChatContract>(`chat/${this.name}`, { since: { epoch, offset } });
    this.#room = room;
    this.closed = undefined;
    room.on('say', (data, { offset, ts, from }) => this.#hear({ event: 'say', offset: offset ?? 0, ts, from, data }));
    room.onJoined(({ data }) => {
      this.topic = data.topic;
      this.#me.is(data.you);
      this.#events.changed(this);
    });
    room.onGap((position) => void this.#loadAnew(position.epoch));
    room.onRetract((target) => {
      this.lines = this.lines.filter(({ offset }) => offset !== target);
      this.#events.changed(this);
    });
    room.onPresence(() => this.#events.people(this));
    room.onRecovery((recovery) => this.#events.recovered(this, recovery));
    room.onLeft((reason, error) => {
      if (room !== this.#room || reason === 'left' || reason === 'closed') return;
      this.closed = error?.message ?? `You are no longer in this channel (${reason}).`;
      this.#events.changed(this);
    });
  }

  /** Says something, and shows it as on its way until the log has it. */
  async say(text: string): Promise<void> {
    const pending: Pending = { text, ts: Date.now() };
    if (text !== '') this.#setPending([...this.pending, pending]);
    try {
      if (this.#room === undefined) throw new RoostError('CLOSED', 'not joined');
      const { offset } = await this.#room.send('say', { text });
      pending.offset = offset;
      if (this.lines.some((line) => line.offset === offset)) this.discard(pending);
    } catch (error) {
      if (!(error instanceof RoostError)) throw error;
      if (error.code === 'VALIDATION_FAILED') {
        this.discard(pending);
        this.#events.refused(this, text, failureWords(error));
      } else {
        pending.failure = failureWords(error);
        pending.doubtful = error.code === 'OUTCOME_UNKNOWN' || error.code === 'TIMEOUT';
        this.#setPending([...this.pending]);
      }
    }
  }

  discard(pending: Pending): void {
    this.#setPending(this.pending.filter((other) => other !== pending));
  }

  async loadEarlier(): Promise<void> {
    const before = this.lines[0]?.offset;
    if (this.#room === undefined || before === undefined) return;
    try {
      const { messages, more } = (await this.#room.history({ before, limit: TRANSCRIPT_LENGTH })) as Transcript;
      if (this.lines[0]?.offset !== before) return;
      this.lines = [...messages.filter(isLine), ...this.lines];
      this.#more = more;
      this.#events.changed(this);
    } catch (error) {
      // The button is still there, to be pressed again.
      if (!(error instanceof RoostError)) throw error;
    }
  }

  #hear(line: Line): void {
    if (this.#arriving) this.#arriving.push(line);
    else this.#add([line]);
  }

  #add(lines: readonly Line[]): void {
    if (this.#broken && lines[0]) this.breaks.add(lines[0]);
    this.#broken = false;
    this.lines = [...this.lines, ...lines];
    for (const line of lines) this.#settle(line);
    if (this.lines.length <= LINES) {
      this.#events.added(this, lines);
    } else {
      this.lines = this.lines.slice(LINES_DROPPED);
      this.#more = !this.#renewed;
      this.#events.added(this, lines);
      this.#events.changed(this);
    }
  }

  /** A line of the person's own may be what was on its way. */
  #settle({ offset, from, data }: Line): void {
    const settled =
      this.pending.find((pending) => pending.offset === offset) ??
      (from !== undefined && this.#me.ids.has(from)
        ? this.pending.find(({ text, failure, doubtful }) => text === data.text && (failure === undefined || doubtful))
        : undefined);
    if (settled) this.discard(settled);
  }

  /** Messages between the last line and the present were lost: goes on from what the log still has. */
  async #loadAnew(epoch: string): Promise<void> {
    if (this.#arriving) return;
    const arriving: Line[] = (this.#arriving = []);
    const anew = epoch !== this.#position.epoch;
    const known = anew ? 0 : (this.lines.at(-1)?.offset ?? 0);
    let lines: readonly Line[] = [];
    try {
      const transcript = await Channel.load(this.name);
      lines = transcript.messages.filter(isLine).filter(({ offset }) => offset > known);
      this.#position = transcript;
      this.#renewed ||= anew;
      this.#more &&= !anew;
    } catch {
      // The connection is lost again: what comes after it tells the gap once more.
    }
    const top = lines.at(-1)?.offset ?? 0;
    this.#arriving = undefined;
    lines = [...lines, ...arriving.filter(({ offset }) => offset > top)];
    this.#broken = this.lines.length > 0;
    if (lines.length > 0) this.#add(lines);
    this.#events.changed(this);
  }

  #setPending(pending: readonly Pending[]): void {
    this.pending = pending;
    this.#events.pending(this);
  }
}
