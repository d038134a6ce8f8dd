import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RoostOptions } from 'nestjs-roost';
import {
  dataOf,
  eventually,
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
import type { Cluster } from '../../../lib/store/cluster.js';
import type { Backend } from './backend.js';

/** Milliseconds that what is waited for may take. */
const PATIENCE = 25_000;

interface Node {
  readonly stage: Stage;
  /** Its name among the nodes. */
  readonly name: string;
  readonly cluster: Cluster;
}

/** Nodes that share a backend. */
class Nodes {
  constructor(
    private readonly open: (roost: RoostOptions) => Promise<Stage>,
    readonly clock: ManualClock,
    readonly backend: Backend,
  ) {}

  async start(options: RoostOptions = {}): Promise<Node> {
    const store = await this.backend.node();
    const heartbeat = { interval: 1_000_000, timeout: 1_000_000 };
    const clock = this.clock;
    const stage = await this.open({ heartbeat, limits: { messages: false }, ...options, clock, store });
    return { stage, name: store.cluster.node, cluster: store.cluster };
  }

  async pair(options: RoostOptions = {}): Promise<[Stage, Stage]> {
    return [(await this.start(options)).stage, (await this.start(options)).stage];
  }

  /** Lets so many milliseconds pass, or fewer where something holds before. */
  async pass(ms: number, enough: () => boolean = () => false): Promise<void> {
    for (let passed = 0; passed < ms && !enough(); passed += 500) {
      this.clock.advance(500);
      await this.backend.turn();
    }
  }

  /** Resumes a session on a node that may have to wait for others. */
  async passUntilResumed(
    there: Stage,
    client: SessionClient,
    rooms: Record<string, unknown> = {},
  ): Promise<SessionClient> {
    let back: SessionClient | undefined;
    let failure: unknown;
    resume(there, client, rooms).then(
      (resumed) => (back = resumed),
      (error: unknown) => (failure = error),
    );
    await this.passUntil(() => back !== undefined || failure !== undefined, 'the session to be taken');
    if (back === undefined) throw failure;
    return back;
  }

  /** Lets time pass until a session is written down. */
  async passUntilWritten({ cluster }: Node, client: SessionClient): Promise<void> {
    let there = false;
    await this.passUntil(() => {
      void cluster.look(idOf(client)).then((state) => (there ||= state !== undefined));
      return there;
    }, 'the session to be written');
  }

  /** Lets time pass until something holds. */
  async passUntil(holds: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`waited for ${what}`);
      await this.pass(500, holds);
    }
  }
}

/** Settles when a field of what is written of a session is there, or is not. */
async function written({ cluster }: Node, client: SessionClient, field: string, there = true): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (((await cluster.look(idOf(client)))?.fields.has(field) ?? false) !== there) {
    if (performance.now() > end) throw new Error(`waited for ${field} to be written`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Calls of these stages that say that somebody has left. */
function leaves(...nodes: Node[]): string[] {
  return nodes.flatMap(({ stage }) => stage.calls.filter((call) => call.startsWith('leave')));
}

function resume(there: Stage, client: SessionClient, rooms: Record<string, unknown> = {}): Promise<SessionClient> {
  return there.session({ session: tokenOf(client), rooms });
}

/** What becomes of sessions on several nodes, whatever these share. */
export function sessionCases(open: (clock: ManualClock) => Promise<Backend>): void {
  const start = useStage();
  let nodes: Nodes;

  beforeEach(async () => {
    const clock = new ManualClock();
    nodes = new Nodes(start, clock, await open(clock));
  });

  afterEach(() => nodes.backend.close());

  describe('a session that comes back on another node', () => {
    it('gets what it missed in its rooms, and goes on there', async () => {
      const [here, there] = await nodes.pair();
      const client = await here.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      await here.lose(client);
      await here.publish('room/a', 1);
      await there.publish('room/a', 2);
      const back = await resume(there, client, rooms);
      expect(back.welcome).toMatchObject({ resumed: true, session: { id: idOf(client) } });
      expect(await dataOf(back, 'room/a', 2)).toEqual([1, 2]);
      await here.publish('room/a', 3);
      expect(await dataOf(back, 'room/a', 1)).toEqual([3]);
      expect(here.sessions.size).toBe(0);
      expect(there.sessions.size).toBe(1);
      expect([...here.calls, ...there.calls]).toEqual(['join room/a', 'resume room/a']);
    });

    it('closes the connection that it had with 4409', async () => {
      const [here, there] = await nodes.pair();
      const client = await here.member('room/a');
      await resume(there, client);
      expect(await client.closed).toMatchObject({ code: 4409 });
      expect(here.sessions.size).toBe(0);
    });

    it('comes and goes between nodes as often as it likes', async () => {
      const [here, there] = await nodes.pair();
      let client = await here.session();
      const { epoch } = positionOf(await joined(client, 'room/a'));
      for (let n = 1; n <= 6; n++) {
        const stage = n % 2 === 0 ? here : there;
        const other = n % 2 === 0 ? there : here;
        client = await resume(stage, client, { 'room/a': { epoch, offset: n - 1 } });
        expect(client.welcome['resumed']).toBe(true);
        await other.publish('room/a', n);
        expect(await dataOf(client, 'room/a', 1)).toEqual([n]);
      }
    });

    it('keeps answers, and runs no handler twice', async () => {
      const [here, there] = await nodes.pair();
      const client = await here.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      const answer = await client.request({ event: 'run', room: 'room/a', data: 'once' });
      const back = await resume(there, client, rooms);
      expect(back.welcome['lastId']).toBe(2);
      back.send({ event: 'run', room: 'room/a', data: 'once', id: 2 });
      expect(await back.answer(2)).toEqual(answer);
      expect(there.calls.filter((call) => call.startsWith('run'))).toEqual([]);
    });

    it('has its direct messages, those sent while it was away too', async () => {
      const [here, there] = await nodes.pair();
      const client = await here.session();
      here.of(client).send('note', 1);
      await client.expect({ event: 'note', data: 1, seq: 1 });
      await here.lose(client);
      here.sessions.get(idOf(client))?.send('note', 2);
      const back = await there.session({ session: tokenOf(client), seq: 1 });
      await back.expect({ event: 'note', data: 2, seq: 2 });
      there.of(back).send('note', 3);
      await back.expect({ event: 'note', data: 3, seq: 3 });
    });

    it('has what the app keeps in its data', async () => {
      const [here, there] = await nodes.pair();
      const client = await here.session();
      here.of(client).data['name'] = 'Ann';
      const back = await resume(there, client);
      expect(there.of(back).data).toEqual({ name: 'Ann' });
    });

    it('waits for a handler that still runs on the node before', async () => {
      const [here, there] = await nodes.pair();
      const gate = new Gate();
      here.script.run = () => gate.pass().then(() => 'done');
      const client = await here.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      await gate.reached();
      const resumed = resume(there, client, rooms);
      gate.open();
      const back = await resumed;
      back.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      expect(await back.answer(2)).toMatchObject({ op: 'ack', data: 'done' });
      expect(there.calls).not.toContain('run room/a 1');
    });

    it('waits for one that runs longer than a node waits with a session, and so does what is behind it', async () => {
      const [here, there] = await nodes.pair();
      const gate = new Gate();
      here.script.run = () => gate.pass().then(() => 'done');
      const client = await here.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      await gate.reached();
      const back = await nodes.passUntilResumed(there, client, rooms);
      back.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      back.send({ event: 'run', room: 'room/a', data: 2, id: 3 });
      await back.settled();
      expect(there.calls).not.toContain('run room/a 2');
      gate.open();
      expect(await back.answer(2)).toMatchObject({ op: 'ack', data: 'done' });
      expect(await back.answer(3)).toMatchObject({ op: 'ack', data: 2 });
      expect(there.calls).not.toContain('run room/a 1');
    });

    it('a join that runs meanwhile makes it a member all the same', async () => {
      const [here, there] = await nodes.pair();
      const gate = new Gate();
      here.script.join = () => gate.pass();
      const client = await here.session();
      client.send({ op: 'join', room: 'room/a', id: 1 });
      await gate.reached();
      const resumed = resume(there, client);
      gate.open();
      const back = await resumed;
      expect(there.of(back).rooms).toEqual(['room/a']);
      back.send({ op: 'join', room: 'room/a', id: 1 });
      expect(await back.answer(1)).toMatchObject({ op: 'joined' });
      await here.publish('room/a', 'x');
      expect(await dataOf(back, 'room/a', 1)).toEqual(['x']);
    });

    it('is nobody else`s: a token that was never issued opens another session', async () => {
      const [here, there] = await nodes.pair();
      const client = await here.session();
      const thief = await there.session({ session: `${idOf(client)}.${'A'.repeat(43)}` });
      expect(thief.welcome['resumed']).toBe(false);
      expect(here.of(client).connected).toBe(true);
    });
  });

  describe('hard case 27: when a node dies', () => {
    it('its clients resume elsewhere, with nothing lost', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const client = await here.stage.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      await nodes.backend.kill(here.name);
      await there.stage.publish('room/a', 1);
      const back = await resume(there.stage, client, rooms);
      expect(back.welcome['resumed']).toBe(true);
      expect(await dataOf(back, 'room/a', 1)).toEqual([1]);
    });

    it('hard case 12f: a handler that ran there is not run again: its outcome is unknown', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const gate = new Gate();
      here.stage.script.run = () => gate.pass();
      const client = await here.stage.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      client.send({ event: 'run', room: 'room/a', data: 2, id: 3 });
      await gate.reached();
      await nodes.backend.kill(here.name);
      const back = await resume(there.stage, client, rooms);
      back.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      back.send({ event: 'run', room: 'room/a', data: 2, id: 3 });
      expect(await back.answer(2)).toMatchObject({ op: 'error', code: 'OUTCOME_UNKNOWN' });
      expect(await back.answer(3)).toMatchObject({ op: 'ack', data: 2 });
      gate.open();
    });

    it('those that do not come back leave once, after their time, on another node', async () => {
      const ttl = 60_000;
      const options = { session: { ttl } };
      const [here, there] = [await nodes.start(options), await nodes.start(options)];
      const third = await nodes.start(options);
      const client = await here.stage.member('listed/a');
      const witness = await there.stage.member('listed/a');
      await eventually(() => there.stage.room('listed/a').presence?.count === 2, 'both to be seen');
      await nodes.backend.kill(here.name);
      await nodes.passUntil(
        () => there.stage.sessions.size + third.stage.sessions.size === 2,
        'a node to adopt the session',
      );
      expect(there.stage.room('listed/a').presence?.count).toBe(2);
      const left = () =>
        [...there.stage.calls, ...third.stage.calls].filter((call) => call === 'leave listed/a closed');
      await nodes.pass(ttl - 1_000);
      expect(left()).toEqual([]);
      await nodes.passUntil(() => left().length > 0, 'the session to leave');
      await eventually(() => there.stage.room('listed/a').presence?.count === 1, 'it to be gone for others');
      expect(left()).toEqual(['leave listed/a closed']);
      await nodes.pass(1_500);
      const gone = await witness.find((frame) => frame['op'] === 'presence' && frame['count'] === 1, 'it to be told');
      expect(gone['left']).toEqual([idOf(client)]);
    });

    it('plain clients of it leave at once', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const plain = await here.stage.plain();
      plain.send({ op: 'join', room: 'listed/a' });
      await plain.expect({ op: 'joined' });
      await there.stage.member('listed/a');
      await eventually(() => there.stage.room('listed/a').presence?.count === 2, 'both to be seen');
      await nodes.backend.kill(here.name);
      await nodes.passUntil(() => there.stage.room('listed/a').presence?.count === 1, 'it to be gone');
      expect(there.stage.calls).toContain('leave listed/a closed');
    });

    it('and lives after all, it gives up what others have taken over, and its client comes back', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const client = await here.stage.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      await nodes.backend.kill(here.name);
      await nodes.passUntil(() => there.stage.sessions.size === 1, 'the other node to adopt the session');
      await nodes.backend.revive(here.name);
      // Nothing has to happen for it to notice.
      expect(await client.closed).toMatchObject({ code: 1012 });
      expect(here.stage.sessions.size).toBe(0);
      const back = await resume(there.stage, client, rooms);
      expect(back.welcome['resumed']).toBe(true);
      back.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      expect(await back.answer(2)).toMatchObject({ op: 'ack', data: 1 });
    });
  });

  describe('hard case 2 on two nodes: the same token twice at once', () => {
    it('one connection gets the session, the other is closed, and nothing is left of it at the end', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const client = await here.stage.member('listed/a');
      await here.stage.lose(client);
      const both = await Promise.all([there.stage.silent(), there.stage.silent()]);
      for (const one of both) one.send({ op: 'connect', session: tokenOf(client) });
      const closed = await Promise.race(both.map(async (one) => ({ one, ...(await one.closed) })));
      expect(closed.code).toBe(4409);
      const winner = both.find((one) => one !== closed.one);
      await winner?.find((frame) => frame['op'] === 'welcome' && frame['resumed'] === true, 'a welcome');
      expect(there.stage.sessions.size + here.stage.sessions.size).toBe(1);
      await winner?.close(1000);
      await eventually(() => there.stage.rooms.names().length === 0, 'the room to be empty');
      expect(there.stage.sessions.size).toBe(0);
      await eventually(() => leaves(here, there).length === 1, 'it to leave');
      await nodes.pass(5_000);
      expect(leaves(here, there)).toEqual(['leave listed/a closed']);
    });

    it('one on each node', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const third = await nodes.start();
      const client = await here.stage.member('listed/a');
      const both = await Promise.all([there.stage.silent(), third.stage.silent()]);
      for (const one of both) one.send({ op: 'connect', session: tokenOf(client) });
      await Promise.race(both.map((one) => one.closed));
      const all = [here, there, third];
      await eventually(() => all.reduce((sum, { stage }) => sum + stage.sessions.size, 0) === 1, 'one node to have it');
      expect(leaves(...all)).toEqual([]);
    });
  });

  describe('a session whose client has gone while it was brought to another node', () => {
    it('is away there, and leaves once when its time is over', async () => {
      const ttl = 60_000;
      const [here, there] = [await nodes.start({ session: { ttl } }), await nodes.start({ session: { ttl } })];
      const client = await here.stage.member('room/a');
      await here.stage.lose(client);
      // It goes before it is looked for, while it is, and when it has just been found.
      for (let turns = 0; turns < 8; turns++) {
        const gone = await there.stage.silent();
        gone.send({ op: 'connect', session: tokenOf(client) });
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        await gone.cut();
      }
      await nodes.passUntil(() => leaves(here, there).length > 0, 'it to leave');
      await nodes.pass(5_000);
      expect(leaves(here, there)).toEqual(['leave room/a closed']);
      expect(here.stage.sessions.size + there.stage.sessions.size).toBe(0);
    });
  });

  describe('a node that is cut off', () => {
    it.each([
      ['whose time is over there', {}],
      ['that is displaced there', { away: 0 }],
    ])('does not end a session %s, and that has come back on another node', async (_why, limits) => {
      const ttl = 60_000;
      const here = await nodes.start({ session: { ttl, ...limits } });
      const there = await nodes.start({ session: { ttl } });
      const client = await here.stage.member('listed/a');
      const witness = await there.stage.member('listed/a');
      await eventually(() => there.stage.room('listed/a').presence?.count === 2, 'both to be seen');
      await nodes.backend.kill(here.name);
      const back = await resume(there.stage, client);
      await client.cut();
      await nodes.pass(ttl + 10_000);
      await nodes.backend.revive(here.name);
      await nodes.passUntil(() => here.stage.sessions.size === 0, 'the node to know');
      await nodes.pass(5_000);
      expect(leaves(here, there)).toEqual([]);
      expect(there.stage.of(back).rooms).toEqual(['listed/a']);
      expect(there.stage.room('listed/a').presence?.count).toBe(2);
      expect(witness.received.filter((frame) => (frame['left'] as string[] | undefined)?.length)).toEqual([]);
    });
  });

  describe('a leave hook whose node dies while it runs', () => {
    it('of a room is run again on another node', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const gate = new Gate();
      here.stage.script.leave = () => gate.pass();
      const client = await here.stage.member('listed/a', 'room/b');
      await client.request({ op: 'leave', room: 'listed/a' });
      await gate.reached();
      await written(there, client, 'l:listed/a');
      await nodes.backend.kill(here.name);
      await nodes.passUntil(() => leaves(there).length > 0, 'it to be run again');
      expect(leaves(there)).toEqual(['leave listed/a left']);
      await written(there, client, 'l:listed/a', false);
      expect(there.stage.sessions.get(idOf(client))?.rooms).toEqual(['room/b']);
      gate.open();
    });

    it('of a session that ends is run again on another node, and nobody can come back to the session', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const gate = new Gate();
      here.stage.script.leave = () => gate.pass();
      const client = await here.stage.member('listed/a', 'room/b');
      await client.close(1000);
      await gate.reached(2);
      await written(there, client, 'ended');
      expect((await resume(there.stage, client)).welcome['resumed']).toBe(false);
      await nodes.backend.kill(here.name);
      await nodes.passUntil(() => leaves(there).length === 2, 'they to be run again');
      expect(leaves(there).toSorted()).toEqual(['leave listed/a closed', 'leave room/b closed']);
      await eventually(() => there.stage.sessions.get(idOf(client)) === undefined, 'the session to be gone');
      await written(there, client, 'ended', false);
      gate.open();
    });
  });

  describe('when all that is shared is lost', () => {
    it('sessions and who is where are written anew, and go on', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const client = await here.stage.member('listed/a');
      await there.stage.member('listed/a');
      await eventually(() => here.stage.room('listed/a').presence?.count === 2, 'both to be seen');
      await nodes.backend.lose();
      await nodes.passUntilWritten(there, client);
      // The log has begun anew too, and the node takes a moment to be in it.
      const back = await nodes.passUntilResumed(there.stage, client);
      expect(back.welcome).toMatchObject({ resumed: true, session: { id: idOf(client) } });
      expect(there.stage.of(back).rooms).toEqual(['listed/a']);
      expect(leaves(here, there)).toEqual([]);
      expect(here.stage.sessions.size).toBe(0);
    });
  });

  describe('a kick', () => {
    it('of a session whose node has just died counts when it comes back', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const client = await here.stage.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      await nodes.backend.kill(here.name);
      there.stage.room('room/a').kick(idOf(client), 'banned');
      await written(there, client, 'x:room/a');
      const back = await resume(there.stage, client, rooms);
      expect(back.welcome).toMatchObject({ resumed: true, rooms: {} });
      await back.find((frame) => frame['op'] === 'left' && frame['reason'] === 'banned', 'it to be told');
      expect(leaves(there)).toEqual(['leave room/a banned']);
      await written(there, client, 'x:room/a', false);
      expect(await joined(back, 'room/a')).toBeDefined();
    });

    it('that its node does not hear of is said again', async () => {
      const [here, there] = [await nodes.start(), await nodes.start()];
      const client = await here.stage.member('room/a');
      nodes.backend.mute(here.name, 'expel');
      there.stage.room('room/a').kick(idOf(client), 'kicked');
      await written(there, client, 'x:room/a');
      await nodes.backend.turn();
      expect(here.stage.of(client).rooms).toEqual(['room/a']);
      nodes.backend.mute(here.name);
      await nodes.passUntil(() => here.stage.of(client).rooms.length === 0, 'it to be out');
      await client.find((frame) => frame['op'] === 'left' && frame['reason'] === 'kicked', 'it to be told');
      await written(there, client, 'x:room/a', false);
      expect(leaves(here, there)).toEqual(['leave room/a kicked']);
    });
  });

  describe('a session that goes through three nodes while a handler runs on the first', () => {
    it('gets its answer on the third', async () => {
      const all = [await nodes.start(), await nodes.start(), await nodes.start()] as const;
      const [here, there, third] = all;
      const gate = new Gate();
      here.stage.script.run = () => gate.pass().then(() => 'done');
      const client = await here.stage.session();
      const rooms = { 'room/a': positionOf(await joined(client, 'room/a')) };
      client.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      await gate.reached();
      let back: SessionClient = client;
      for (const { stage } of [there, third]) back = await nodes.passUntilResumed(stage, back, rooms);
      back.send({ event: 'run', room: 'room/a', data: 1, id: 2 });
      gate.open();
      expect(await back.answer(2)).toMatchObject({ op: 'ack', data: 'done' });
      for (const { stage } of [there, third]) expect(stage.calls).not.toContain('run room/a 1');
    });
  });

  describe('a node that goes down in order', () => {
    it('leaves its sessions to the others: nobody leaves a room for that', async () => {
      const [here, there] = await nodes.pair();
      const client = await here.session();
      await joined(client, 'room/a');
      const rooms = { 'room/a': await here.publish('room/a', 0) };
      const closed = here.app.close();
      expect(await client.closed).toMatchObject({ code: 1012 });
      await closed;
      await there.publish('room/a', 1);
      const back = await resume(there, client, rooms);
      expect(back.welcome['resumed']).toBe(true);
      expect(await dataOf(back, 'room/a', 1)).toEqual([1]);
      expect(here.calls).toEqual(['join room/a']);
    });
  });

  describe('a room on several nodes', () => {
    it('shows everybody to everybody', async () => {
      const [here, there] = await nodes.pair();
      const ann = await here.member('listed/a');
      const bob = await there.session();
      const { presence } = await joined(bob, 'listed/a');
      expect((presence as { members: { id: string }[] }).members.map(({ id }) => id).toSorted()).toEqual(
        [idOf(ann), idOf(bob)].toSorted(),
      );
      await eventually(() => here.room('listed/a').presence?.count === 2, 'Bob to be seen by the other node');
      expect(
        here
          .room('listed/a')
          .members.map(({ id }) => id)
          .toSorted(),
      ).toEqual([idOf(ann), idOf(bob)].toSorted());
      await bob.request({ op: 'leave', room: 'listed/a' });
      await eventually(() => here.room('listed/a').presence?.count === 1, 'Bob to be gone');
    });

    it('a kick on one node takes out a member of another', async () => {
      const [here, there] = await nodes.pair();
      const bob = await there.member('listed/a', 'room/a');
      for (const room of ['listed/a', 'room/a']) here.room(room).kick(idOf(bob), 'banned');
      const left = await Promise.all([
        bob.find((frame) => frame['op'] === 'left' && frame['room'] === 'listed/a', 'one to be left'),
        bob.find((frame) => frame['op'] === 'left' && frame['room'] === 'room/a', 'the other to be left'),
      ]);
      expect(left.map(({ reason }) => reason as string)).toEqual(['banned', 'banned']);
    });

    it('a resume shows nobody leaving or coming', async () => {
      const [here, there] = await nodes.pair();
      const witness = await there.member('listed/a');
      const client = await here.session();
      const rooms = { 'listed/a': positionOf(await joined(client, 'listed/a')) };
      await eventually(() => there.room('listed/a').presence?.count === 2, 'both to be seen');
      nodes.clock.advance(2_000);
      await witness.settled();
      const seen = witness.received.length;
      await resume(there, client, rooms);
      nodes.clock.advance(2_000);
      await witness.settled();
      const told = witness.received.slice(seen).filter((frame) => frame['op'] === 'presence');
      expect(told.flatMap((frame) => frame['left'] as string[])).toEqual([]);
    });
  });
}
