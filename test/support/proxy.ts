import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `up` is from the client to the server, `down` the other way. */
export type Direction = 'up' | 'down';

/** What one connection has carried. */
export interface Carried {
  /** How it begins, client to server. */
  begin: string;
  /** Bytes that have come in. */
  up: number;
  down: number;
  /** Bytes that are held back for good; see {@link Proxy.strand}. */
  stranded: number;
}

/** Characters of a connection's beginning that are kept. */
const BEGIN = 200;

/** One connection through the proxy. */
class Pipe {
  readonly #waiting: Record<Direction, Buffer[]> = { up: [], down: [] };
  /** Held back, oldest first; each timer passes on the oldest. */
  readonly #held: Record<Direction, Buffer[]> = { up: [], down: [] };
  /** When what was held back last is passed on. */
  readonly #due: Record<Direction, number> = { up: 0, down: 0 };
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly closed: Promise<unknown>;
  readonly carried: Carried = { begin: '', up: 0, down: 0, stranded: 0 };
  /** Whether what the client has sent is held back, whatever becomes of the client. */
  #stranded = false;

  constructor(
    readonly client: Socket,
    readonly server: Socket,
    private readonly conduct: Conduct,
  ) {
    this.#join('up', client, server);
    this.#join('down', server, client);
    // Both, whichever has failed: of a stalled network the other end stays.
    this.closed = Promise.all(
      [client, server].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))),
    );
  }

  flow(direction: Direction): void {
    const to = direction === 'up' ? this.server : this.client;
    for (const chunk of this.#waiting[direction].splice(0)) to.write(chunk);
  }

  strand(): void {
    this.#stranded = true;
  }

  /** The client sees its connection break; the server does not. */
  drop(): void {
    this.client.resetAndDestroy();
  }

  /** What a client of before has sent comes through at last, and then its end. */
  async arrive(): Promise<void> {
    this.#stranded = false;
    this.flow('up');
    this.server.end();
    await this.closed;
  }

  /** Whether what goes in this direction is held back. */
  #stalls(direction: Direction): boolean {
    return this.conduct.stalled.has(direction) || (this.#stranded && direction === 'up');
  }

  cut(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of [this.client, this.server]) {
      // One that is about to end cannot be reset: Node would never close it.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #join(direction: Direction, from: Socket, to: Socket): void {
    from.on('error', () => to.destroy());
    from.on('close', () => {
      // Who waits for a stalled or dead network does not hear that the other end is gone.
      if (!this.#stalls(direction)) to.destroy();
    });
    from.on('data', (chunk: Buffer) => {
      this.carried[direction] += chunk.length;
      if (this.#stranded && direction === 'up') this.carried.stranded += chunk.length;
      if (direction === 'up' && this.carried.begin.length < BEGIN)
        this.carried.begin += chunk.toString('latin1').slice(0, BEGIN);
      const now = performance.now();
      // Nothing overtakes what was held back for longer: TCP keeps the order of bytes.
      const due = Math.max(now + this.conduct.delay, this.#due[direction]);
      this.#due[direction] = due;
      if (due <= now && this.#held[direction].length === 0) {
        this.#pass(direction, to, chunk);
        return;
      }
      this.#held[direction].push(chunk);
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        const first = this.#held[direction].shift();
        if (first !== undefined) this.#pass(direction, to, first);
      }, due - now);
      this.#timers.add(timer);
    });
  }

  #pass(direction: Direction, to: Socket, chunk: Buffer): void {
    const { pieces, loses } = this.conduct;
    if (loses(direction, chunk)) return;
    for (let start = 0; start < chunk.length; start += pieces) {
      const piece = chunk.subarray(start, start + pieces);
      if (this.#stalls(direction)) this.#waiting[direction].push(piece);
      else to.write(piece);
    }
  }
}

/** How a proxy behaves. */
interface Conduct {
  readonly stalled: Set<Direction>;
  /** Milliseconds. */
  delay: number;
  /** Bytes of one write at most. */
  pieces: number;
  /** Whether what has come is not passed on. */
  loses: (direction: Direction, chunk: Buffer) => boolean;
}

/** A TCP proxy on the loopback address that can be as bad as a network. */
export class Proxy {
  readonly #pipes = new Set<Pipe>();
  #refusing = false;
  #accepted = 0;
  readonly #conduct: Conduct = { stalled: new Set(), delay: 0, pieces: Infinity, loses: () => false };

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param target a server's port on the loopback address */
  static async to(target: number): Promise<Proxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new Proxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => {
      if (proxy.#refusing) {
        client.on('error', () => {});
        client.resetAndDestroy();
        return;
      }
      proxy.#accepted++;
      const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
      const pipe = new Pipe(client, upstream, proxy.#conduct);
      proxy.#pipes.add(pipe);
      void pipe.closed.then(() => proxy.#pipes.delete(pipe));
    });
    return proxy;
  }

  /** How many connections it has let in. */
  get accepted(): number {
    return this.#accepted;
  }

  /** What the connections that there are have carried. */
  get carried(): readonly Readonly<Carried>[] {
    return Array.from(this.#pipes, ({ carried }) => carried);
  }

  /** The same URL, by way of the proxy. */
  url(direct: string): string {
    const url = new URL(direct);
    url.port = String(this.port);
    return url.href;
  }

  /** Cuts all connections, and lets none in until {@link letIn}. */
  shut(): void {
    this.#refusing = true;
    this.cut();
  }

  letIn(): void {
    this.#refusing = false;
  }

  /** Takes bytes in and passes none on; ends of connections do not come through either. */
  stall(...directions: Direction[]): void {
    for (const direction of directions) this.#conduct.stalled.add(direction);
  }

  /** Passes on what was stalled, and what comes. */
  flow(): void {
    const stalled = [...this.#conduct.stalled];
    this.#conduct.stalled.clear();
    for (const pipe of this.#pipes) for (const direction of stalled) pipe.flow(direction);
  }

  /**
   * Holds back what clients send on the connections that there are; later ones are as usual.
   *
   * @returns breaks those connections for their clients, which the server does not see; then what brings their bytes to
   * the server at last, and settles when it has closed them
   */
  strand(): () => () => Promise<void> {
    const pipes = [...this.#pipes];
    for (const pipe of pipes) pipe.strand();
    return () => {
      for (const pipe of pipes) pipe.drop();
      return async () => void (await Promise.all(pipes.map((pipe) => pipe.arrive())));
    };
  }

  /** @param ms milliseconds that each byte is held back */
  delay(ms: number): void {
    this.#conduct.delay = ms;
  }

  /** Passes on nothing of what it is told to lose, as no network does, but a server that forgets its subscribers. */
  lose(loses: (direction: Direction, chunk: Buffer) => boolean): void {
    this.#conduct.loses = loses;
  }

  /** @param bytes the most that is passed on as one piece */
  split(bytes: number): void {
    this.#conduct.pieces = bytes;
  }

  /** Breaks all connections, with a reset to both sides. */
  cut(): void {
    for (const pipe of this.#pipes) pipe.cut();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}
