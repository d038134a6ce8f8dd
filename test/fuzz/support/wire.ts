import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Anything that may be said over TCP, with somebody who listens and does not care. */
export class Wire {
  /** Settles when the server has hung up. */
  readonly closed: Promise<void>;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => {});
    socket.resume();
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(port: number): Promise<Wire> {
    const wire = new Wire(connect(port, '127.0.0.1'));
    await once(wire.socket, 'connect');
    return wire;
  }

  /** A WebSocket connection, in its first form: from here on it is bytes. */
  static async upgraded(port: number, protocol?: string): Promise<Wire> {
    const wire = await Wire.open(port);
    const lines = [
      'GET /ws HTTP/1.1', 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ]; // prettier-ignore
    wire.send(`${lines.join('\r\n')}\r\n\r\n`);
    await once(wire.socket, 'data');
    return wire;
  }

  send(bytes: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  async hangUp(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

export interface RawWebSocketFrame {
  readonly fin: boolean;
  /** RSV1 to RSV3. */
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
  /** A length that is not the payload's. */
  readonly lie: number | undefined;
}

/** A frame of RFC 6455, right or wrong. */
export function rawFrame({ fin, reserved, opcode, masked, payload, lie }: RawWebSocketFrame): Buffer {
  const length = lie ?? payload.length;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  if (!masked) return Buffer.concat([head, payload]);
  head.writeUInt8(head.readUInt8(1) | 0x80, 1);
  const mask = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] as number))]);
}
