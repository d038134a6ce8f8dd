import { WebSocket } from 'ws';

interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** Any frame of a server. */
interface Frame {
  readonly op?: string;
  readonly event?: string;
  readonly id?: number;
  readonly room?: string;
  readonly epoch: string;
  readonly offset?: number;
  readonly seq?: number;
  readonly resumed: boolean;
  readonly lastId: number;
  readonly session: { readonly token: string };
  readonly rooms?: Readonly<Record<string, Position & { readonly recovered: boolean }>>;
}

type Request = { readonly room: string } & (
  | { readonly op: 'join' | 'leave' }
  | { readonly event: string; readonly data?: string }
);

/** What has come of all visitors. */
export interface Tally {
  deliveries: number;
  ephemerals: number;
  answers: number;
  refusals: number;
  resumed: number;
  /** Times that the server said something of a room was missing: who was away or did not read for too long. */
  gaps: number;
  /** Entries that were lost or came twice without a word: promises that were broken. */
  faults: number;
  /** Connections that the server closed, slow readers' among them. */
  closed: number;
  slow: number;
}

const SLOW_READER = 4502;
/** Direct messages after which a client says that they have come. */
const ACKNOWLEDGE = 32;

/** One client that keeps to the protocol, and counts what a server does to it. */
export class Visitor {
  #socket: WebSocket | undefined;
  #token: string | undefined;
  #id = 0;
  #seq = 0;
  #open = false;
  readonly #rooms = new Map<string, Position>();
  /** Requests that are not answered. */
  readonly #pending = new Map<number, Request>();

  /** @param onLost called when a connection is gone that this side did not end for good */
  constructor(
    private readonly url: string,
    /** Where to go when there is no session to go on with. */
    private readonly home: readonly string[],
    private readonly tally: Tally,
    private readonly onLost: (visitor: Visitor) => void,
  ) {}

  get online(): boolean {
    return this.#open;
  }

  get rooms(): string[] {
    return [...this.#rooms.keys()];
  }

  connect(): void {
    const socket = new WebSocket(this.url, 'roost.v1', { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () => {
      const again = { session: this.#token, seq: this.#seq, rooms: Object.fromEntries(this.#rooms) };
      socket.send(JSON.stringify({ op: 'connect', ...(this.#token !== undefined && again) }));
    });
    socket.on('message', (data) => {
      if (socket === this.#socket) this.#take(JSON.parse((data as Buffer).toString('utf8')) as Frame);
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      if (socket !== this.#socket) return;
      if (code !== 1006) this.tally.closed++;
      if (code === SLOW_READER) this.tally.slow++;
      this.#lose();
    });
  }

  /** Breaks the connection without a word. */
  cut(): void {
    const socket = this.#socket;
    this.#lose();
    socket?.terminate();
  }

  /** Goes for good, with a goodbye or without. */
  leave(goodbye: boolean): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    if (goodbye) socket?.close(1000);
    else socket?.terminate();
  }

  /** Stops reading. */
  pause(): void {
    this.#socket?.pause();
  }

  read(): void {
    this.#socket?.resume();
  }

  /** Asks for something, unless the last thing it asked of this room is not answered. */
  ask(request: Request): void {
    if (!this.#open || Array.from(this.#pending.values(), ({ room }) => room).includes(request.room)) return;
    const id = ++this.#id;
    this.#pending.set(id, request);
    this.#send({ ...request, id });
  }

  #lose(): void {
    this.#socket = undefined;
    this.#open = false;
    this.onLost(this);
  }

  #send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #take(frame: Frame): void {
    if (frame.event !== undefined) this.#event(frame);
    else if (frame.op === 'welcome') this.#welcome(frame);
    else if (frame.op === 'ping') this.#send({ op: 'pong' });
    else if (frame.op === 'gap') this.#gap(frame);
    else if (frame.id !== undefined) this.#answer(frame.id, frame);
    else if (frame.op === 'left') this.#rooms.delete(frame.room ?? '');
  }

  #welcome({ session, resumed, rooms = {} }: Frame): void {
    this.#token = session.token;
    this.#open = true;
    this.#rooms.clear();
    if (!resumed) {
      this.#pending.clear();
      this.#id = 0;
      this.#seq = 0;
      for (const room of this.home) this.ask({ op: 'join', room });
      return;
    }
    this.tally.resumed++;
    for (const [room, { epoch, offset, recovered }] of Object.entries(rooms)) {
      this.#rooms.set(room, { epoch, offset });
      if (!recovered) this.tally.gaps++;
    }
    for (const [id, request] of this.#pending) this.#send({ ...request, id });
  }

  #answer(id: number, { op, room = '', epoch, offset = 0 }: Frame): void {
    this.#pending.delete(id);
    this.tally.answers++;
    if (op === 'error') this.tally.refusals++;
    else if (op === 'left') this.#rooms.delete(room);
    // The answer to a repeated join says where it began then.
    else if (op === 'joined' && !this.#rooms.has(room)) this.#rooms.set(room, { epoch, offset });
  }

  #event({ room, offset, seq }: Frame): void {
    if (seq !== undefined) {
      this.#seq = seq;
      if (seq % ACKNOWLEDGE === 0) this.#send({ op: 'pong', seq });
    } else if (offset === undefined) {
      this.tally.ephemerals++;
    } else {
      this.tally.deliveries++;
      const position = this.#rooms.get(room ?? '');
      if (position === undefined || offset !== position.offset + 1) this.tally.faults++;
      if (position !== undefined) this.#rooms.set(room ?? '', { epoch: position.epoch, offset });
    }
  }

  #gap({ room = '', epoch, offset = 0 }: Frame): void {
    this.tally.gaps++;
    this.#rooms.set(room, { epoch, offset });
  }
}
