import type { RosterChange } from '../store/cluster.js';
import type { ClusterStore, ClusterUnderTest } from './cluster-under-test.js';
import { equal, KEEP_ALL, Recorder, until } from './contract-tools.js';

/** What a node hears of who is in a room, and of signals. */
class Ear extends Recorder {
  readonly changes: RosterChange[] = [];
  readonly signals: string[] = [];

  static async at(store: ClusterStore, room: string): Promise<Ear> {
    const ear = new Ear();
    await store.subscribe(room, KEEP_ALL, ear);
    return ear;
  }

  roster(change: RosterChange): void {
    this.changes.push(change);
  }

  signal(text: string): void {
    this.signals.push(text);
  }
}

type Case = (under: ClusterUnderTest) => Promise<void>;

/** Who is in a room, and what is said to all nodes that are in it. */
export const rosterCases: readonly (readonly [string, Case])[] = [
  [
    'who comes into a room and leaves it is told to all nodes that are in it, each change one further',
    async ({ nodes }) => {
      const ears = await Promise.all(nodes.map((node) => Ear.at(node, 'a')));
      const [here, there] = nodes;
      await here.cluster.enroll('a', 'ann', 1, 'Ann "😀"');
      await there.cluster.enroll('a', 'bob', 1, 'Bob');
      await here.cluster.enroll('a', 'ann', 1, undefined);
      for (const { changes } of ears) {
        await until(() => changes.length === 3, 'three changes');
        const told = changes.map(({ id, entry }) => [id, entry]);
        const expected = [
          ['ann', { generation: 1, value: 'Ann "😀"' }],
          ['bob', { generation: 1, value: 'Bob' }],
          ['ann', undefined],
        ];
        equal(told, expected, 'changes');
        const [first] = changes.map(({ rev }) => rev);
        equal(
          changes.map(({ rev }) => rev - (first ?? 0)),
          [0, 1, 2],
          'revisions',
        );
      }
      const { rev, members } = await there.cluster.roster('a');
      equal([...members], [['bob', { generation: 1, value: 'Bob' }]], 'members');
      equal(rev, ears[0]?.changes.at(-1)?.rev, 'the revision');
      equal((await here.cluster.roster('b')).members.size, 0, 'members of another room');
      equal((await there.span('a')).rev ?? rev, rev, 'the revision that the span says');
    },
  ],
  [
    'what an owner of before writes of who is in a room does not count, and what is so already is not told',
    async ({ nodes }) => {
      const [here, there] = nodes;
      const ear = await Ear.at(here, 'a');
      await there.cluster.enroll('a', 'ann', 2, 'Ann');
      await here.cluster.enroll('a', 'ann', 1, undefined);
      await here.cluster.enroll('a', 'ann', 1, 'Anna');
      await there.cluster.enroll('a', 'ann', 2, 'Ann');
      await there.cluster.enroll('a', 'bob', 1, undefined);
      await there.cluster.enroll('a', 'cat', 1, 'Cat');
      await until(() => ear.changes.some(({ id }) => id === 'cat'), 'the last change');
      equal(
        ear.changes.map(({ id }) => id),
        ['ann', 'cat'],
        'changes',
      );
      equal((await here.cluster.roster('a')).members.get('ann'), { generation: 2, value: 'Ann' }, 'the member');
    },
  ],
  [
    'a signal reaches all nodes that are in the room, the one that gives it too, and no others',
    async ({ nodes }) => {
      const ears = await Promise.all(nodes.map((node) => Ear.at(node, 'a')));
      const other = await Ear.at(nodes[1], 'b');
      await nodes[0].cluster.signal('a', '{"text":"😀"}');
      for (const { signals } of ears) {
        await until(() => signals.length > 0, 'a signal');
        equal(signals, ['{"text":"😀"}'], 'signals');
      }
      await nodes[0].cluster.signal('b', 'last');
      await until(() => other.signals.length > 0, 'the signal of the other room');
      equal(other.signals, ['last'], 'signals of the other room');
    },
  ],
];
