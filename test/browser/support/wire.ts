import { createServer, type AddressInfo, type Socket } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';

/** What went by on one connection, byte by byte as `latin1`. */
export interface Heard {
  up: string;
  down: string;
}

/** A wire to a server that can be cut: a TCP proxy on a port of its own. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  /** Of each connection. */
  readonly heard: Heard[] = [];
  readonly #server = createServer((near) => {
    const far = connect(this.#port, '127.0.0.1');
    const heard: Heard = { up: '', down: '' };
    this.heard.push(heard);
    near.on('data', (chunk: Buffer) => (heard.up += chunk.toString('latin1')));
    far.on('data', (chunk: Buffer) => (heard.down += chunk.toString('latin1')));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.on('error', () => {});
      socket.pipe(other);
    }
    if (this.#cut) near.resetAndDestroy();
  });
  #port: number;
  #cut = false;

  private constructor(port: number) {
    this.#port = port;
  }

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port);
    await once(wire.#server.listen(0, '127.0.0.1'), 'listening');
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** New connections go to another server from here on. */
  leadTo(port: number): void {
    this.#port = port;
  }

  /** Breaks all connections, and each new one until it is mended. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#cut = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
