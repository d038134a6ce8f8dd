import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createServer, type AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';
import { deflatedFrame, textFrame } from '../../lib/connection/frame.js';

const SIZES = [0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 65_537, 200_000];

/** Lets a WebSocket of `ws` read these bytes, in pieces of this size, and returns the messages it saw. */
async function read(
  bytes: Buffer,
  messages: number,
  options: { compressed?: boolean; piece?: number } = {},
): Promise<string[]> {
  const { compressed = false, piece = bytes.length } = options;
  const server = createServer((socket) => {
    socket.once('data', (request) => {
      const key = /Sec-WebSocket-Key: (.*)\r\n/i.exec(request.toString())?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const extension = compressed
        ? 'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n'
        : '';
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extension}\r\n`,
      );
      for (let at = 0; at < bytes.length; at += piece) socket.write(bytes.subarray(at, at + piece));
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: compressed });
  try {
    return await new Promise<string[]>((resolve, reject) => {
      const seen: string[] = [];
      const timer = setTimeout(() => reject(new Error(`waited for ${messages} messages, saw ${seen.length}`)), 5_000);
      client.on('error', reject);
      client.on('close', (code) => reject(new Error(`closed with ${code} after ${seen.length} messages`)));
      client.on('message', (data, isBinary) => {
        seen.push(isBinary ? 'binary' : (data as Buffer).toString());
        if (seen.length < messages) return;
        clearTimeout(timer);
        resolve(seen);
      });
    });
  } finally {
    client.removeAllListeners('close').terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('frames of all sizes', () => {
  it.each(SIZES)('of %d bytes are read as they were written', async (size) => {
    const text = 'x'.repeat(size);
    expect(await read(textFrame(text), 1)).toEqual([text]);
  });

  it('are read in their order, many in one write', async () => {
    const texts = SIZES.map((size) => 'y'.repeat(size));
    expect(await read(Buffer.concat(texts.map(textFrame)), texts.length)).toEqual(texts);
  });

  it('are read whatever pieces they arrive in', async () => {
    const texts = ['a', 'b'.repeat(126), 'c'.repeat(300), '😀'.repeat(40)];
    expect(await read(Buffer.concat(texts.map(textFrame)), texts.length, { piece: 3 })).toEqual(texts);
  });

  it('of letters, umlauts, kanji and emoji count bytes', async () => {
    // Below, at and above the bounds of a length, in bytes; the number of characters is another each time.
    const texts = ['ä', '語', '😀'].flatMap((letter) => {
      const bytes = Buffer.byteLength(letter);
      return [125, 126, 65_535, 65_536].map(
        (size) => letter.repeat(Math.floor(size / bytes)) + 'x'.repeat(size % bytes),
      );
    });
    texts.push('👩‍👩‍👧‍👦'.repeat(20), '\u0000\u2028\u2029"\\');
    expect(await read(Buffer.concat(texts.map(textFrame)), texts.length)).toEqual(texts);
  });

  it('of any text are read, compressed or not', async () => {
    const texts = fc.sample(fc.string({ unit: 'grapheme', maxLength: 2_000 }), 60);
    texts.push('z'.repeat(100_000), 'ab'.repeat(64));
    const frames = texts.map(textFrame);
    expect(await read(Buffer.concat(frames), texts.length)).toEqual(texts);
    const deflated = Buffer.concat(frames.map((frame) => deflatedFrame(frame, 0)));
    expect(deflated.length).toBeLessThan(Buffer.concat(frames).length);
    expect(await read(deflated, texts.length, { compressed: true })).toEqual(texts);
  });

  it('replace half a surrogate pair, so that what is sent is UTF-8', async () => {
    expect(await read(textFrame('a\ud800b'), 1)).toEqual(['a\ufffdb']);
  });

  it('stay as they are where compressing them saves nothing, or too little', () => {
    const small = textFrame('{"a":1}');
    expect(deflatedFrame(small, 0)).toBe(small);
    const large = textFrame('x'.repeat(1_000));
    expect(deflatedFrame(large, 1_001)).toBe(large);
    expect(deflatedFrame(large, 1_000).length).toBeLessThan(100);
  });
});
