import { ENDED_FIELD, expelledField, seatField, type Cluster, type SessionChanges } from '../store/cluster.js';
import type { ClusterUnderTest } from './cluster-under-test.js';
import { equal } from './contract-tools.js';

const MINUTE = 60_000;

const fieldsOf = (fields: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(fields));

function changes(set: Record<string, string>, given: Partial<SessionChanges> = {}): SessionChanges {
  return { set: fieldsOf(set), gone: [], whole: false, anew: false, away: false, ...given };
}

/** Fields, to be compared. */
function inOrder(fields: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...fields].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What is written of a session, to be compared. */
async function written(cluster: Cluster, id: string) {
  const state = await cluster.look(id);
  return state && { ...state, fields: inOrder(state.fields) };
}

type Case = (under: ClusterUnderTest) => Promise<void>;

/** A session of the first node. */
async function born(under: ClusterUnderTest, fields: Record<string, string> = { user: 'ann' }) {
  const [{ cluster: here }, { cluster: there }] = under.nodes;
  await here.create('s1', fieldsOf(fields), 10 * MINUTE);
  return { here, there };
}

/** How a session changes hands, and what becomes of what those write who had it before. */
export const sessionCases: readonly (readonly [string, Case])[] = [
  [
    'a session is read on another node as it was written',
    async (under) => {
      const fields = { '{a}': 'b', 'größe 😀': '', 's:room {1}': '"\n\0"', '1': 'one' };
      const { here, there } = await born(under, fields);
      const sorted = inOrder(Object.entries(fields));
      equal(await written(there, 's1'), { generation: 1, node: here.node, fields: sorted }, 'the session');
      equal(await there.look('s2'), undefined, 'one that nobody has written');
    },
  ],
  [
    'fields are written and removed, and others stay',
    async (under) => {
      const { here, there } = await born(under, { a: '1', b: '2', c: '3' });
      equal(await here.save('s1', 1, changes({ b: '22', d: '4' }, { gone: ['c', 'never'] })), 'saved', 'saving');
      equal((await written(there, 's1'))?.fields, { a: '1', b: '22', d: '4' }, 'fields');
    },
  ],
  [
    'what is written whole leaves nothing of before, but marks of others',
    async (under) => {
      const { here, there } = await born(under, { a: '1', [seatField('r')]: '' });
      await there.mark('s1', 'r', 'kicked');
      equal(await here.save('s1', 1, changes({ b: '2' }, { whole: true })), 'saved', 'saving');
      equal((await written(there, 's1'))?.fields, { b: '2', [expelledField('r')]: 'kicked' }, 'fields');
    },
  ],
  [
    'an answer that another node has written stays where the owner writes whole that the request runs',
    async (under) => {
      const { here, there } = await born(under, { 'q:1': 'r1', 'q:2': 'r1' });
      await there.replace('s1', 'q:1', 'r1', 'a{"op":"ack","id":1}');
      const whole = { 'q:1': 'r1', 'q:2': 'a{}', 'q:3': 'r1' };
      equal(await here.save('s1', 1, changes(whole, { whole: true })), 'saved', 'saving');
      const fields = { 'q:1': 'a{"op":"ack","id":1}', 'q:2': 'a{}', 'q:3': 'r1' };
      equal((await written(there, 's1'))?.fields, fields, 'fields');
    },
  ],
  [
    'many fields are written at once',
    async (under) => {
      const { here, there } = await born(under, {});
      const names = Array.from({ length: 5_000 }, (_, n) => [`field ${n}`, `value ${n}`]);
      await here.save('s1', 1, changes(Object.fromEntries(names) as Record<string, string>));
      equal((await there.look('s1'))?.fields.size, 5_000, 'fields');
    },
  ],
  [
    'who takes a session over raises its generation, and what its owner of before writes is refused',
    async (under) => {
      const { here, there } = await born(under);
      const claimed = await there.claim('s1', 1, false);
      equal([claimed?.generation, claimed?.node, claimed?.fields.get('user')], [2, there.node, 'ann'], 'the session');
      equal(await here.save('s1', 1, changes({ user: 'bob' })), 'taken', 'saving by the owner of before');
      equal(await here.save('s1', 1, changes({}, { whole: true, anew: true })), 'taken', 'writing it anew');
      equal(await there.save('s1', 2, changes({ user: 'cat' })), 'saved', 'saving by its owner');
      equal((await written(here, 's1'))?.fields, { user: 'cat' }, 'fields');
    },
  ],
  [
    'of those who take a session over at the same moment one gets it',
    async (under) => {
      const { here, there } = await born(under);
      const claims = await Promise.all([here, there, here, there].map((cluster) => cluster.claim('s1', 1, false)));
      equal(claims.filter((claimed) => claimed !== undefined).length, 1, 'takeovers');
      equal((await here.look('s1'))?.generation, 2, 'the generation');
      equal(await here.claim('s2', 1, false), undefined, 'one that does not exist');
    },
  ],
  [
    'one that is missing is told apart from one that was taken, and is written anew where that is asked for',
    async (under) => {
      const [{ cluster: here }, { cluster: there }] = under.nodes;
      equal(await here.save('s1', 3, changes({ a: '1' })), 'missing', 'saving');
      equal(await here.save('s1', 3, changes({ a: '1' }, { whole: true, anew: true })), 'saved', 'writing it anew');
      equal(
        await written(there, 's1'),
        { generation: 3, node: here.node, fields: { a: '1' } },
        'what the other node reads',
      );
    },
  ],
  [
    'it is known for how long nobody has been connected',
    async (under) => {
      const { here, there } = await born(under);
      await here.save('s1', 1, changes({}, { away: true }));
      await under.pass(1_000);
      // It is away since it went, not since it was last written.
      await here.save('s1', 1, changes({ a: '1' }, { away: true }));
      await under.pass(1_000);
      const first = await there.claim('s1', 1, true);
      equal(first !== undefined && first.awayFor >= 2_000 && first.awayFor < MINUTE, true, 'for two seconds');
      await there.save('s1', 2, changes({}, { away: false }));
      equal((await here.claim('s1', 2, true))?.awayFor, 0, 'after somebody was connected');
    },
  ],
  [
    'a session ends when nobody has been connected for its time, and not before',
    async (under) => {
      const { here, there } = await born(under);
      await here.save('s1', 1, changes({}, { away: true }));
      await under.pass(MINUTE / 2);
      const left = await here.expire('s1', 1, MINUTE, 'timeout');
      equal(typeof left === 'number' && left > 0 && left <= MINUTE / 2, true, `half of its time (left: ${left})`);
      equal((await there.look('s1'))?.fields.has(ENDED_FIELD), false, 'the end, before its time');
      await under.pass(MINUTE);
      equal(await here.expire('s1', 1, MINUTE, 'timeout'), 'ended', 'at its time');
      equal(await here.expire('s1', 1, MINUTE, 'closed'), 'ended', 'once more');
      equal((await there.look('s1'))?.fields.get(ENDED_FIELD), 'timeout', 'why it has ended');
    },
  ],
  [
    'a session at its end is nobody`s to come back to, and is taken over by who tells of its end',
    async (under) => {
      const { here, there } = await born(under);
      await here.expire('s1', 1, 0, 'timeout');
      // What was under way when it ended does not revive it.
      await here.save('s1', 1, changes({ a: '1' }, { whole: true, anew: true, away: true }));
      equal(await there.claim('s1', 1, false), undefined, 'for a client that has come back');
      equal((await there.claim('s1', 1, true))?.generation, 2, 'for who tells of its end');
      equal(await here.expire('s1', 1, 0, 'timeout'), 'taken', 'by the owner of before');
    },
  ],
  [
    'one field is replaced where it still is what it was, whoever has the session',
    async (under) => {
      const { here, there } = await born(under, { run: 'running' });
      equal(await there.replace('s1', 'run', 'other', 'done'), undefined, 'another value');
      equal(await there.replace('s1', 'run', 'running', 'done'), here.node, 'the node that has it');
      equal((await written(here, 's1'))?.fields, { run: 'done' }, 'fields');
      equal(await there.replace('s2', 'run', 'running', 'done'), undefined, 'of one that does not exist');
    },
  ],
  [
    'a session is marked to leave a room where it is in there',
    async (under) => {
      const { here, there } = await born(under, { [seatField('{a}')]: '' });
      equal(await there.mark('s1', 'b', 'kicked'), undefined, 'in another room');
      equal(await there.mark('s2', '{a}', 'kicked'), undefined, 'another session');
      equal(await there.mark('s1', '{a}', 'banned'), here.node, 'the node that has it');
      equal((await here.look('s1'))?.fields.get(expelledField('{a}')), 'banned', 'the mark');
    },
  ],
  [
    'a session that is removed is gone, and who had it before and does not know writes it no more',
    async (under) => {
      const { here, there } = await born(under);
      await there.claim('s1', 1, false);
      await here.remove('s1', 1);
      equal((await there.look('s1'))?.generation, 2, 'removed by the owner of before');
      await there.remove('s1', 2);
      equal(await here.look('s1'), undefined, 'removed by its owner');
      equal(await here.save('s1', 1, changes({}, { whole: true, anew: true })), 'taken', 'written anew');
      equal(await here.claim('s1', 2, false), undefined, 'taken over');
    },
  ],
];
