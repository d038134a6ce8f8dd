import { describe, expect, it } from '@jest/globals';
import { ManualClock } from 'nestjs-roost/testing';
import { setImmediate as turn } from 'node:timers/promises';
import { RoostNode } from '../../lib/roost.node.js';
import { resolveOptions } from '../../lib/roost.options.js';
import { Link } from '../support/link.js';
import { collectedHeap } from '../support/heap.js';
import type { RawFrame } from '../support/raw-client.js';

const ROUNDS = 10_000;
const TTL = 60_000;
/** Bytes that the heap may have grown by: some 200 a round, less than anything of a session that would stay. */
const GROWTH = 2 * 1024 * 1024;

const handlers = {
  resumes: false,
  has: () => false,
  join: async () => undefined,
  message: async () => undefined,
  resume: async () => undefined,
  leave: async () => {},
};
const definition = {
  pattern: 'room/:name',
  retention: { size: 10, bytes: 10_000, ttl: TTL },
  presence: 'list',
  presenceLimit: 200,
  handlers,
} as const;

describe('memory', () => {
  it(`is flat over ${ROUNDS} sessions that open, lose their connection, resume, lose it again and expire`, async () => {
    const clock = new ManualClock();
    const options = resolveOptions({ clock, session: { ttl: TTL }, limits: { connections: false } });
    const hooks = { open: async () => {}, resume: async () => {}, end: async () => {} };
    const node = new RoostNode(options, undefined, () => ({
      prepare: () => {},
      rooms: () => [{ definition, streams: [] }],
      ordinary: { message: async () => undefined },
      hooks,
    }));

    /** Sends frames, loses the connection, and returns what was answered. */
    const visit = async (frames: readonly RawFrame[]): Promise<RawFrame[]> => {
      const written: RawFrame[] = [];
      const link = new Link(
        (frame) => written.push(frame),
        () => {},
      );
      const request = { headers: { 'sec-websocket-protocol': 'roost.v1' }, socket: { remoteAddress: '127.0.0.1' } };
      node.accept(link.server as never, request as never, () => {});
      for (const frame of frames) link.send(frame);
      link.deliver();
      // One turn for what waits for promises, one for what it has written.
      await turn();
      await turn();
      link.server.emit('close', 1006);
      return written;
    };
    const round = async (n: number): Promise<void> => {
      const join = { op: 'join', room: `room/${n % 7}`, id: 1 };
      const [welcome, joined] = await visit([{ op: 'connect' }, join]);
      if (joined?.['op'] !== 'joined') throw new Error(`round ${n}: ${JSON.stringify(joined)}`);
      const [back] = await visit([{ op: 'connect', session: welcome?.['session'].token }]);
      if (back?.['resumed'] !== true) throw new Error(`round ${n}: ${JSON.stringify(back)}`);
      await node.rooms.get(`room/${n % 7}`).broadcast('tick', n);
      clock.advance(TTL + 1_000);
    };

    for (let n = 0; n < ROUNDS / 10; n++) await round(n);
    const before = collectedHeap();
    for (let n = 0; n < ROUNDS; n++) await round(n);
    const grown = collectedHeap() - before;

    expect([node.sessions.size, node.sessions.awayCount, node.heartbeat.size]).toEqual([0, 0, 0]);
    expect(node.rooms.names()).toEqual([]);
    expect(clock.waiting).toEqual([]);
    expect(grown).toBeLessThan(GROWTH);
    await node.close();
  }, 120_000);
});
