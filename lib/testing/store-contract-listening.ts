import { KEEP_ALL, equal, labelOf, range, until, type Bench } from './contract-tools.js';

/** Names that would break keys, patterns, objects or channels that were put together carelessly. */
const HOSTILE_NAMES = [
  '__proto__', 'constructor', 'hasOwnProperty', '{', '}', '{}', '{a}b', 'a{b}', '{a', ':', '*', '?', '[a]', 'a b', ' ',
  'ä/ö', '😀', '\u2028', "'", '"', '\\', 'a:b', 'a/b', 'a/{b}/c', 'x'.repeat(255), '%s', '$1', '../..', 'null',
]; // prettier-ignore

/** Who hears what, and in which order. */
export const listeningCases: readonly (readonly [string, (bench: Bench) => Promise<void>])[] = [
  [
    'a listener hears what is behind its position, in order, each once',
    async (bench) => {
      await bench.append('a', [1, 2]);
      const listener = await bench.subscribe('a');
      equal(listener.position.offset, 2, 'position of the subscription');
      await bench.append('a', [3, 4, 5]);
      await bench.store.retract('a', 4, bench.under.date(), KEEP_ALL);
      await until(() => listener.entries.length >= 4, 'four entries');
      equal(listener.entries.map(labelOf), [3, 4, 5, 'retract 4'], 'heard');
      equal(listener.offsets, [3, 4, 5, 6], 'offsets');
    },
  ],
  [
    'a listener has heard of an entry when its append settles',
    async (bench) => {
      const listener = await bench.subscribe('a');
      const { offset } = await bench.append('a', ['now']);
      equal(listener.offsets, [offset], 'heard');
    },
  ],
  [
    'there is no hole between a position and what follows while others append',
    async (bench) => {
      const appends = range(1, 60).map((n) => bench.append('a', [n]));
      const listeners = await Promise.all(range(1, 5).map(() => bench.subscribe('a')));
      await Promise.all(appends);
      await bench.append('a', range(61, 70));
      for (const listener of listeners) {
        const first = listener.position.offset + 1;
        await until(() => listener.offsets.at(-1) === 70, 'the last entry');
        equal(listener.offsets, range(first, 70), `heard after ${first - 1}`);
      }
    },
  ],
  [
    'a listener may append: nobody hears entries out of their order',
    async (bench) => {
      let answered = false;
      let answer: Promise<unknown> | undefined;
      const subscription = await bench.store.subscribe('a', KEEP_ALL, {
        entry: () => {
          if (answered) return;
          answered = true;
          answer = bench.append('a', ['answer']);
        },
        ephemeral: () => {},
        cut: () => {},
      });
      const later = await bench.subscribe('a');
      await bench.append('a', ['question']);
      await answer;
      await until(() => later.entries.length === 2, 'two entries');
      subscription.close();
      equal(later.entries.map(labelOf), ['question', 'answer'], 'heard by another');
    },
  ],
  [
    'who subscribes while an entry is delivered hears it not, or counts from before it',
    async (bench) => {
      const heard: number[] = [];
      let position = -1;
      let inner: Promise<void> | undefined;
      const outer = await bench.store.subscribe('a', KEEP_ALL, {
        entry: () => {
          inner ??= bench.store
            .subscribe('a', KEEP_ALL, { entry: ({ offset }) => heard.push(offset), ephemeral: () => {}, cut: () => {} })
            .then((subscription) => {
              position = subscription.position.offset;
            });
        },
        ephemeral: () => {},
        cut: () => {},
      });
      await bench.append('a', [1]);
      await inner;
      await bench.append('a', [2, 3]);
      await until(() => heard.at(-1) === 3, 'the last entry');
      outer.close();
      equal(heard, range(position + 1, 3), `heard after ${position}`);
    },
  ],
  [
    'an ephemeral message reaches listeners and is kept nowhere',
    async (bench) => {
      const listener = await bench.subscribe('a');
      const elsewhere = await bench.subscribe('b');
      await bench.append('a', [1]);
      await bench.store.publish('a', bench.draft('typing', { except: ['me'] }));
      await bench.store.publish('a', bench.draft('still typing'));
      await until(() => listener.ephemerals.length === 2, 'two ephemeral messages');
      equal(
        listener.ephemerals.map(({ data }) => data),
        ['"typing"', '"still typing"'],
        'in their order',
      );
      equal(listener.ephemerals[0]?.except, ['me'], 'who is spared');
      equal([elsewhere.ephemerals, await bench.labels('a')], [[], [1]], 'elsewhere, and in the log');
      equal((await bench.store.span('a')).top, 1, 'the top');
      await bench.store.publish('nobody is here', bench.draft(1));
    },
  ],
  [
    'who has closed hears nothing, others go on',
    async (bench) => {
      const leaver = await bench.subscribe('a');
      const stayer = await bench.subscribe('a');
      await bench.append('a', [1]);
      leaver.close();
      leaver.close();
      await bench.append('a', [2]);
      await bench.store.publish('a', bench.draft('x'));
      await until(() => stayer.entries.length === 2 && stayer.ephemerals.length === 1, 'what the other hears');
      equal([leaver.offsets, leaver.ephemerals.length], [[1], 0], 'heard by who has closed');
    },
  ],
  [
    'rooms of any name are rooms of their own',
    async (bench) => {
      const listeners = new Map<string, Awaited<ReturnType<Bench['subscribe']>>>();
      for (const name of HOSTILE_NAMES) listeners.set(name, await bench.subscribe(name));
      for (const name of HOSTILE_NAMES) await bench.append(name, [name]);
      for (const [name, listener] of listeners) {
        await until(() => listener.entries.length > 0, `an entry in ${JSON.stringify(name)}`);
        equal(listener.entries.map(labelOf), [name], `heard in ${JSON.stringify(name)}`);
        equal(await bench.labels(name), [name], `kept in ${JSON.stringify(name)}`);
      }
    },
  ],
];
