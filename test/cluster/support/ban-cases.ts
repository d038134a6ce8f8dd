import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Handshake } from 'nestjs-roost';
import {
  Gate,
  idOf,
  joined,
  ManualClock,
  positionOf,
  tokenOf,
  useStage,
  type SessionClient,
  type Stage,
} from '../../conformance/support/index.js';
import type { Backend } from './backend.js';

const authenticate = ({ auth }: Handshake) => (typeof auth === 'string' ? { user: { id: auth } } : {});

/** What a ban does on several nodes, whatever these share. */
export function banCases(open: (clock: ManualClock) => Promise<Backend>): void {
  const start = useStage();
  const heartbeat = { interval: 1_000_000, timeout: 1_000_000 };
  let clock: ManualClock;
  let backend: Backend;

  beforeEach(async () => {
    clock = new ManualClock();
    backend = await open(clock);
  });

  afterEach(() => backend.close());

  async function node(): Promise<Stage & { readonly nodeName: string }> {
    const store = await backend.node();
    const stage = await start({ heartbeat, clock, authenticate, store });
    return Object.assign(stage, { nodeName: store.cluster.node });
  }

  const left = (client: SessionClient) => client.find(({ op }) => op === 'left', 'left');

  describe('a ban', () => {
    it('takes the user out of the room on every node', async () => {
      const [here, there] = [await node(), await node()];
      const clients = [await here.session({ auth: 'ann' }), await there.session({ auth: 'ann' })];
      for (const client of clients) await joined(client, 'room/a');
      const other = await there.session({ auth: 'bob' });
      await joined(other, 'room/a');
      await here.room('room/a').ban('ann');
      for (const client of clients) expect(await left(client)).toMatchObject({ room: 'room/a', reason: 'banned' });
      expect(there.room('room/a').members.map(({ id }) => id)).toEqual([idOf(other)]);
    });

    it('refuses the user on every node, until it is lifted on any', async () => {
      const [here, there] = [await node(), await node()];
      await here.room('room/a').ban({ id: 'ann', name: 'Ann' }, { for: 60_000, reason: 'loud' });
      const client = await there.session({ auth: 'ann' });
      const refusal = await client.request({ op: 'join', room: 'room/a' });
      expect(refusal).toMatchObject({ code: 'FORBIDDEN', message: 'banned: loud', retryAfter: 60_000 });
      expect(await there.room('room/a').banned()).toMatchObject([{ user: { id: 'ann', name: 'Ann' }, reason: 'loud' }]);
      expect(await there.room('room/a').unban('ann')).toBe(true);
      await joined(client, 'room/a');
      expect(await here.room('room/a').banned()).toEqual([]);
    });

    it('is told to a session that comes back on another node', async () => {
      const [here, there] = [await node(), await node()];
      const client = await here.session({ auth: 'ann' });
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      await here.lose(client);
      await there.room('room/a').ban('ann');
      const back = await there.session({ auth: 'ann', session: tokenOf(client), rooms });
      expect(back.welcome).toMatchObject({ resumed: true, rooms: {} });
      expect(await left(back)).toMatchObject({ room: 'room/a', reason: 'banned' });
    });

    it('is told to a session whose node was dead when it came', async () => {
      const [here, there] = [await node(), await node()];
      const client = await here.session({ auth: 'ann' });
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      await here.lose(client);
      await backend.kill(here.nodeName);
      await there.room('room/a').ban('ann');
      const over = new AbortController();
      const resumed = there.session({ auth: 'ann', session: tokenOf(client), rooms }).finally(() => over.abort());
      while (!over.signal.aborted) {
        clock.advance(500);
        await backend.turn();
      }
      const back = await resumed;
      expect(back.welcome).toMatchObject({ resumed: true, rooms: {} });
      expect(await left(back)).toMatchObject({ room: 'room/a', reason: 'banned' });
      await backend.revive(here.nodeName);
    });

    it('calls off a join that runs on another node', async () => {
      const [here, there] = [await node(), await node()];
      const gate = new Gate();
      there.script.join = () => gate.pass();
      const client = await there.session({ auth: 'ann' });
      client.send({ op: 'join', room: 'room/a', id: 1 });
      await gate.reached();
      const other = await there.session({ auth: 'bob' });
      there.script.join = () => undefined;
      await joined(other, 'room/a');
      await here.room('room/a').ban('ann');
      await backend.turn();
      gate.open();
      expect(await client.answer(1)).toMatchObject({ op: 'left', reason: 'banned' });
    });
  });
}
