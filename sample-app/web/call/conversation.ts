import { batch, computed, signal } from '@preact/signals';
import type { PresenceMember, PresenceState } from 'nestjs-roost/client';
import type { Probe, Shows, Signal } from '../../src/call/call.contract.js';
import { Peer } from './peer.js';
import type { Report } from './report.js';
import { RoundTrips } from './round-trips.js';

/** Milliseconds between two probes of each way. */
const EVERY = 250;
/** Probes for each report of the browser's. */
const REPORT = 4;

export interface ConversationOptions {
  /** Ids of the two ends: see `Signal.from`. */
  readonly own: string;
  readonly other: string;
  /** Public id of the other's session. */
  readonly session: string;
  /** Sound and picture to send. */
  readonly stream: MediaStream;
  /** Tells the other something by way of the server. */
  signal(signal: Signal): void;
  /** @returns whether it was sent to the other, by way of the server */
  probe(probe: Probe): boolean;
  failed(error: unknown): void;
}

/** What goes to and fro between the two ends of a call. */
export class Conversation {
  readonly other: string;
  /** The other, as the room's presence told last; nothing until it has. */
  readonly member = signal<PresenceMember | undefined>(undefined);
  readonly name = computed(() => this.member.value?.user?.name ?? 'The other');
  /** Whether the room says that the other is in it, with a connection of its own or without. */
  readonly listed = signal(false);
  readonly state = signal<RTCPeerConnectionState>('new');
  /** Whether the other holds its end of the data channel open. */
  readonly open = signal(false);
  /** Whether the other is gone: neither in the room nor to be reached past it, or not even at first. */
  readonly isOver = computed(() => {
    const { value: state } = this.state;
    if (this.listed.value || (this.open.value && state === 'connected')) return false;
    return this.member.value !== undefined || state === 'failed';
  });
  readonly stream = signal<MediaStream | undefined>(undefined);
  readonly shows = signal<Shows | undefined>(undefined);
  readonly report = signal<Report | undefined>(undefined);
  /** By way of the server, over TCP. */
  readonly roundabout: RoundTrips;
  /** From one browser to the other, over UDP. */
  readonly straight = new RoundTrips((probe) => this.#peer.post(JSON.stringify(probe)));
  readonly #options: ConversationOptions;
  readonly #peer: Peer;
  readonly #timer: ReturnType<typeof setInterval>;
  #session: string;
  /** What the other was told last of sound and picture. */
  #shown: Shows | undefined;
  #ticks = 0;

  constructor(options: ConversationOptions) {
    const { own, other, session, stream, failed } = options;
    this.#options = options;
    this.other = other;
    this.#session = session;
    this.roundabout = new RoundTrips((probe) => options.probe(probe));
    this.#peer = new Peer({
      // Ids of sessions would do as well, but change when one is lost in the middle of a call.
      polite: own < other,
      stream,
      tell: (negotiation) => this.#tell(negotiation),
      received: (received) => (this.stream.value = received),
      stateChanged: (state) => {
        this.state.value = state;
        if (state === 'failed') this.#peer.restart();
      },
      opened: (open) => (this.open.value = open),
      message: (data) => {
        const probe = probeOf(data);
        if (probe) this.straight.take(probe);
      },
      failed,
    });
    this.#timer = setInterval(() => this.#tick(), EVERY);
  }

  take({ shows, ...negotiation }: Signal): void {
    if (shows) this.shows.value = shows;
    void this.#peer.take(negotiation);
  }

  present({ members = [] }: PresenceState): void {
    const member = members.find(({ id }) => id === this.#session);
    batch(() => {
      if (member) this.member.value = member;
      this.listed.value = member !== undefined;
    });
  }

  /** The other is in the room with this session, of another id where it has lost one. */
  heard(session: string, presence: PresenceState): void {
    if (session === this.#session) return;
    this.#session = session;
    batch(() => {
      this.present(presence);
      // Where the presence does not tell so yet, it will.
      this.listed.value = true;
    });
  }

  /** Tells again what one of the two may have missed. */
  recover(): void {
    if (this.#shown) this.show(this.#shown);
    this.#peer.recover();
  }

  show(shows: Shows): void {
    this.#shown = shows;
    this.#tell({ shows });
  }

  send(track: MediaStreamTrack): void {
    void this.#peer.send(track);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#peer.close();
  }

  #tell(signal: Omit<Signal, 'from' | 'to'>): void {
    const { own, other } = this.#options;
    this.#options.signal({ from: own, to: other, ...signal });
  }

  #tick(): void {
    this.roundabout.probe();
    this.straight.probe();
    if (this.#ticks++ % REPORT === 0) void this.#count();
  }

  async #count(): Promise<void> {
    this.report.value = await this.#peer.report(this.report.value);
  }
}

/** The data channel brings what the other likes, unseen by the server. */
function probeOf(data: unknown): Probe | undefined {
  if (typeof data !== 'string' || data.length > 100) return undefined;
  try {
    const { number, answer } = JSON.parse(data) as Partial<Probe>;
    return typeof number === 'number' && typeof answer === 'boolean' ? { number, answer } : undefined;
  } catch {
    // Not of this page's making.
    return undefined;
  }
}
