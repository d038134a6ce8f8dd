import { computed, signal } from '@preact/signals';
import { RoostError, type ClientRoom, type PresenceState, type RoostClient, type SendData } from 'nestjs-roost/client';
import type { ChannelSettings } from '../../src/channels/channel.contract.js';
import type { ChatContract, Moderated, Welcome } from '../../src/chat/chat.contract.js';
import { TRANSCRIPT_LENGTH, type Transcript } from '../../src/chat/transcript.js';
import { PerFrame } from '../site/per-frame.js';
import type { Visitor } from '../site/visitor.js';
import { authorOf, entriesOf, tombstoneOf, type Entry } from './entry.js';
import { Outgoing } from './outgoing.js';
import { Roles } from './roles.js';
import { TELL_MS, Typists } from './typists.js';
import { failureWords } from './words.js';

/** Entries that a channel keeps. */
const KEPT = 1_000;
/** Entries that go at a time when there are too many. */
const DROPPED = 200;

/** What the server begins a channel with. */
export interface ChannelStart {
  readonly name: string;
  readonly topic?: string;
  readonly owner?: string | undefined;
  readonly settings?: ChannelSettings;
  readonly transcript: Transcript;
}

/** What is asked of a channel besides talking in it. */
type Act = 'remove' | 'timeOut' | 'ban' | 'unban' | 'appoint' | 'set';

/** One open channel: what was said and done in it, who is there, how it is run. */
export class Channel {
  readonly name: string;
  readonly topic = signal('');
  readonly entries = signal<readonly Entry[]>([]);
  /** Whether earlier entries can be loaded. */
  readonly more = signal(false);
  readonly unread = signal(0);
  readonly presence = signal<PresenceState | undefined>(undefined);
  readonly owner = signal<string | undefined>(undefined);
  readonly settings = signal<ChannelSettings>({ slowMode: 0, uniqueMode: false, membersOnly: false });
  /** What the person is here, once the server has said so. */
  readonly you = signal<Welcome['you'] | undefined>(undefined);
  /** Whether the person may moderate here. */
  readonly canModerate = computed(() => ['owner', 'moderator'].includes(this.you.value?.badge ?? ''));
  /** Why the channel cannot be used, in words. */
  readonly closed = signal<string | undefined>(undefined);
  /** Until when a moderator keeps the person from writing, in milliseconds since 1970, and who does. */
  readonly timeout = signal<{ readonly until: number; readonly words: string } | undefined>(undefined);
  /** What the person writes. */
  readonly draft = signal('');
  /** How often the person has begun to address somebody by their menu: the text wants the focus then. */
  readonly addressed = signal(0);
  readonly typists = new Typists();
  readonly roles = new Roles();
  readonly outgoing: Outgoing;
  /** How many messages have come, from the beginning of the page on. */
  said = 0;
  /** Entries before which others are missing. */
  readonly breaks = new WeakSet<Entry>();
  readonly #visitor: Visitor;
  #room: ClientRoom<ChatContract> | undefined;
  /** The log's position that the entries lead up to, as the server gave it with them. */
  #position: { readonly epoch: string; readonly offset: number };
  /** How often the log has begun anew. */
  #era = 0;
  /** Whether something is missing before the next entry. */
  #broken = false;
  /** Whether the end of the log is loaded anew: what comes meanwhile has to wait. */
  #loading = false;
  /** When the others were told last that the person types. */
  #told = 0;
  /** What has come since the last frame. */
  #arrived: Entry[] = [];
  readonly #frame = new PerFrame(() => this.#take());

  constructor({ name, topic = '', owner, settings, transcript }: ChannelStart, visitor: Visitor) {
    this.name = name;
    this.topic.value = topic;
    this.owner.value = owner;
    if (settings) this.settings.value = settings;
    this.entries.value = entriesOf(transcript, 0);
    this.more.value = transcript.more;
    this.#position = transcript;
    this.#visitor = visitor;
    this.outgoing = new Outgoing(this);
    this.roles.learn(this.entries.value);
  }

  get room(): ClientRoom<ChatContract> | undefined {
    return this.#room;
  }

  /** Joins the room from exactly where the entries end; again with another client, where that changes. */
  join(client: RoostClient): void {
    const { epoch, offset } = this.#room?.position ?? this.#position;
    const room = client.join<ChatContract>(`chat/${this.name}`, { since: { epoch, offset } });
    this.#room = room;
    this.closed.value = undefined;
    room.on('say', (data, { offset = 0, ts, from }) => {
      this.typists.stops(from);
      this.#hear({ event: 'say', offset, ts, from, data, era: this.#era });
    });
    room.on('settings', (data, { offset = 0, ts, from }) => {
      this.settings.value = data;
      this.#hear({ event: 'settings', offset, ts, from, data, era: this.#era });
    });
    room.on('moderated', (data, { offset = 0, ts, from }) => {
      if (data.user.id === this.you.value?.user) this.#moderated(data, ts);
      this.#hear({ event: 'moderated', offset, ts, from, data, era: this.#era });
    });
    room.on('typing', ({ id, name }) => this.typists.types(id, name));
    room.onJoined(({ data }) => this.#welcome(data));
    room.onGap((position) => void this.#loadAnew(position.epoch));
    room.onRetract((target) => this.#remove(target));
    room.onPresence((state) => (this.presence.value = state));
    room.onRecovery((recovery) => this.#visitor.status.recovered(recovery));
    room.onLeft((reason, error) => {
      if (room !== this.#room || reason === 'left' || reason === 'closed') return;
      this.typists.clear();
      // Who is banned is told why at the door.
      if (reason === 'banned' && error === undefined) this.join(client);
      else this.closed.value ??= this.#closedWords(error);
    });
  }

  async loadEarlier(): Promise<void> {
    const before = this.entries.value[0]?.offset;
    if (this.#room === undefined || before === undefined) return;
    try {
      const page = (await this.#room.history({ before, limit: TRANSCRIPT_LENGTH })) as Transcript;
      if (this.entries.value[0]?.offset !== before) return;
      this.#show([...entriesOf(page, this.#era), ...this.entries.value], page.more);
    } catch (error) {
      // The button is still there, to be pressed again.
      if (!(error instanceof RoostError)) throw error;
    }
  }

  /** Takes over what the person has written so far, and lets the others know that they write. */
  write(text: string): void {
    this.draft.value = text;
    this.outgoing.refusal.value = '';
    const now = Date.now();
    if (text === '' || now - this.#told < TELL_MS || this.#room?.state !== 'joined') return;
    this.#told = now;
    // It is worth nothing later: the next one tells it again.
    void this.#room.send('typing').catch(() => {});
  }

  /** Asks for what authors and moderators may do. What is refused stands beside the input. */
  async act<E extends Act>(event: E, data: SendData<ChatContract, E>): Promise<void> {
    try {
      if (this.#room === undefined) throw new RoostError('CLOSED', 'not joined');
      // The data of a generic event is one thing, but not to the compiler.
      await (this.#room as ClientRoom).send(event, data);
    } catch (error) {
      if (!(error instanceof RoostError)) throw error;
      this.outgoing.refusal.value = failureWords(error);
    }
  }

  /** Begins to address somebody. */
  mention(name: string): void {
    const draft = this.draft.value;
    this.write(`${draft}${draft === '' || draft.endsWith(' ') ? '' : ' '}@${name} `);
    this.addressed.value++;
  }

  /** Names of who is here or has written, but the person's own. */
  namesHere(): readonly string[] {
    const members = this.presence.value?.members?.map(({ user }) => user?.name) ?? [];
    const authors = this.entries.value.map((entry) => authorOf(entry)?.name);
    const own = this.#visitor.name.value;
    return [...new Set([...members, ...authors])].filter((name) => name !== undefined && name !== own) as string[];
  }

  #closedWords(error: RoostError | undefined): string {
    const [, reason] = /^banned(?:: (.*))?$/.exec(error?.message ?? '') ?? ['', null];
    if (reason !== null) return `You are banned from #${this.name}${reason ? `: ${reason}` : '.'}`;
    return error?.message ?? `You are no longer in #${this.name}.`;
  }

  #welcome({ topic, owner, settings, staff, you }: Welcome): void {
    this.topic.value = topic;
    this.owner.value = owner;
    this.settings.value = settings;
    this.you.value = you;
    this.roles.is(you.user, you.badge);
    for (const { id, badge } of staff) this.roles.is(id, badge);
    this.timeout.value = you.timedOutUntil ? { until: you.timedOutUntil, words: 'You are timed out.' } : undefined;
    this.#visitor.is(you);
  }

  /** Something was done to the person. */
  #moderated({ action, by, seconds = 0, reason }: Moderated, ts: number): void {
    const why = reason ? `: ${reason}` : '.';
    const { value: you } = this.you;
    if (action === 'timedOut')
      this.timeout.value = { until: ts + seconds * 1_000, words: `${by} has timed you out${why}` };
    if (action === 'unbanned') this.timeout.value = undefined;
    if (action === 'banned') this.closed.value = `${by} has banned you from #${this.name}${why}`;
    if (you && (action === 'appointed' || action === 'dismissed')) {
      const { badge: _before, ...others } = you;
      this.you.value = action === 'appointed' ? { ...others, badge: 'moderator' } : others;
    }
  }

  #hear(entry: Entry): void {
    this.#arrived.push(entry);
    // In a page that is not drawn nothing must pile up.
    if (this.#arrived.length >= KEPT && !this.#loading) this.#take();
    else this.#frame.ask();
  }

  /** Shows what has come. */
  #take(): void {
    if (this.#loading || this.#arrived.length === 0) return;
    this.#add(this.#arrived.splice(0));
  }

  #add(added: readonly Entry[]): void {
    const [first] = added;
    if (first === undefined) return;
    if (this.#broken) this.breaks.add(first);
    this.#broken = false;
    for (const entry of added) this.outgoing.settle(entry);
    this.roles.learn(added);
    const entries = [...this.entries.value, ...added];
    if (entries.length <= KEPT) this.#show(entries, this.more.value);
    else this.#show(entries.slice(entries.length - KEPT + DROPPED), this.#era === 0);
    const messages = added.filter((entry) => entry.event === 'say');
    const own = this.#visitor.user.value;
    this.said += messages.length;
    this.unread.value += messages.filter(({ data }) => data.author.id !== own).length;
  }

  #show(entries: readonly Entry[], more: boolean): void {
    this.entries.value = entries;
    this.more.value = more && entries.length + TRANSCRIPT_LENGTH <= KEPT;
  }

  #remove(target: number): void {
    this.#take();
    this.entries.value = this.entries.value.map((entry) =>
      entry.event === 'say' && entry.era === this.#era && entry.offset === target ? tombstoneOf(entry) : entry,
    );
  }

  /** Messages between the last entry and the present were lost: goes on from what the log still has. */
  async #loadAnew(epoch: string): Promise<void> {
    if (this.#loading) return;
    this.#take();
    this.#loading = true;
    const anew = epoch !== this.#position.epoch;
    const known = anew ? 0 : (this.entries.value.at(-1)?.offset ?? 0);
    let entries: readonly Entry[] = [];
    try {
      const { transcript } = await loadChannel(this.name);
      this.#position = transcript;
      if (anew) {
        this.#era++;
        this.more.value = false;
      }
      entries = entriesOf(transcript, this.#era).filter(({ offset }) => offset > known);
    } catch {
      // The connection is lost again: what comes after it tells the gap once more.
    }
    this.#loading = false;
    const top = entries.at(-1)?.offset ?? 0;
    const arrived = this.#arrived.splice(0).filter(({ offset }) => offset > top);
    this.#broken = this.entries.value.length > 0;
    this.#add([...entries, ...arrived]);
  }
}

/** Loads the end of a channel's log. */
export async function loadChannel(name: string): Promise<ChannelStart> {
  const response = await fetch(`/api/channels/${encodeURIComponent(name)}/messages`);
  const answer = (await response.json()) as Transcript & { message?: string };
  if (!response.ok) throw new Error(answer.message ?? 'The channel could not be loaded.');
  return { name, transcript: answer };
}
