import type { Cluster, ClusterEvents } from '../store/cluster.js';
import type { ClusterUnderTest } from './cluster-under-test.js';
import { equal, until } from './contract-tools.js';

/** What a node hears from others. */
class Post implements ClusterEvents {
  readonly heardFrom: (readonly [string, string])[] = [];

  static async of(cluster: Cluster): Promise<Post> {
    const post = new Post();
    await cluster.start(post);
    return post;
  }

  heard(from: string, text: string): void {
    this.heardFrom.push([from, text]);
  }

  lapsed(): void {}

  lost(): void {}
}

type Case = (under: ClusterUnderTest) => Promise<void>;

/** What nodes know of each other. */
export const nodeCases: readonly (readonly [string, Case])[] = [
  [
    'nodes have names of their own, and speak to each other by them',
    async ({ nodes: [{ cluster: here }, { cluster: there }] }) => {
      equal(here.node === there.node, false, 'one name for both');
      const [own, post] = [await Post.of(here), await Post.of(there)];
      await here.tell(there.node, '{"text":"😀"}');
      await here.tell(there.node, 'second');
      await until(() => post.heardFrom.length === 2, 'two messages');
      equal(
        post.heardFrom,
        [
          [here.node, '{"text":"😀"}'],
          [here.node, 'second'],
        ],
        'messages',
      );
      equal(own.heardFrom, [], 'messages of the one who speaks');
    },
  ],
  [
    'a node that has left takes part no longer, and its sessions are found by others until nothing is left of them',
    async ({ nodes: [{ cluster: here }, { cluster: there }] }) => {
      await Post.of(here);
      await Post.of(there);
      equal([await there.alive(here.node), await there.alive('nobody')], [true, false], 'who takes part');
      for (const id of ['s1', 's2']) await here.create(id, new Map([['user', id]]), 60_000);
      await there.create('s3', new Map(), 60_000);
      equal(await there.orphans(), [], 'orphans, while both take part');
      await here.leave();
      equal(await there.alive(here.node), false, 'whether it takes part');
      const orphans = await there.orphans();
      equal(
        orphans.map(({ id, node }) => `${id} of ${node}`).toSorted(),
        [`s1 of ${here.node}`, `s2 of ${here.node}`],
        'orphans',
      );
      for (const { id, node } of orphans) {
        equal((await there.claim(id, 1, true))?.generation, 2, 'taking it over');
        await there.disown(id, node);
      }
      equal(await there.orphans(), [], 'orphans, when all have been taken over');
    },
  ],
  [
    'a task is one node`s at a time, and another`s when that one gives it up',
    async ({ nodes: [here, there] }) => {
      const held = [false, false];
      const first = await here.elect('a', (elected) => (held[0] = elected));
      await until(() => first.holds, 'the first to hold it');
      const second = await there.elect('a', (elected) => (held[1] = elected));
      equal([first.holds, second.holds], [true, false], 'who holds it');
      first.close();
      await until(() => second.holds && held[1] === true, 'the second to hold it');
      second.close();
    },
  ],
];
