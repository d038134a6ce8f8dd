import { KEEP_ALL, KEEP_NOTHING, equal, range, type Bench } from './contract-tools.js';

const MINUTE = 60_000;

/** What positions mean, and for how long. */
export const epochCases: readonly (readonly [string, (bench: Bench) => Promise<void>])[] = [
  [
    'all that tells a position of a log tells the same epoch',
    async (bench) => {
      const { epoch } = await bench.append('a', [1, 2]);
      const listener = await bench.subscribe('a');
      const retraction = await bench.store.retract('a', 1, bench.under.date(), KEEP_ALL);
      const page = await bench.store.read('a', { since: 0, limit: 1, bytes: 1_000 });
      const span = await bench.store.span('a');
      equal(
        [listener.position.epoch, retraction?.epoch, page.epoch, span.epoch],
        [epoch, epoch, epoch, epoch],
        'epochs of subscription, retraction, page and span',
      );
    },
  ],
  [
    'each room has an epoch of its own',
    async (bench) => {
      const epochs = new Set<string>();
      for (const n of range(1, 50)) epochs.add((await bench.append(`room ${n}`, [n])).epoch);
      equal(epochs.size, 50, 'different epochs');
    },
  ],
  [
    'a log that starts anew has another epoch',
    async (bench) => {
      const retention = { ...KEEP_ALL, ttl: MINUTE };
      const first = await bench.append('a', [1, 2], retention);
      await bench.under.pass(60 * MINUTE);
      const second = await bench.append('a', [3], retention);
      if (second.epoch === first.epoch) equal(second.offset, 3, 'the offset in the same epoch');
      else equal(second.offset, 1, 'the offset in another epoch');
    },
  ],
  [
    'an epoch and its offsets live as long as somebody is subscribed, also with nothing kept',
    async (bench) => {
      const retention = { ...KEEP_ALL, ttl: MINUTE };
      const first = await bench.append('a', [1, 2], retention);
      const listener = await bench.subscribe('a', retention);
      for (let i = 0; i < 3; i++) await bench.under.pass(30 * MINUTE);
      const { epoch, oldest, top } = await bench.store.span('a');
      equal({ epoch, oldest, top }, { epoch: first.epoch, oldest: 3, top: 2 }, 'the span of the emptied log');
      equal(await bench.append('a', [3], retention), { epoch: first.epoch, offset: 3 }, 'the next entry');
      equal(listener.offsets, [3], 'heard');
    },
  ],
  [
    'a position that was told can be come back with: nothing was published, nothing is lost',
    async (bench) => {
      const told = await bench.store.span('a');
      equal([told.oldest, told.top], [1, 0], 'the span of a room without messages');
      await bench.under.pass(5_000);
      const listener = await bench.subscribe('a');
      equal(listener.position, { epoch: told.epoch, offset: 0 }, 'the position of a subscription soon after');
    },
  ],
  [
    'a log that nothing is kept of does not count anew at once',
    async (bench) => {
      const first = await bench.append('a', [1], KEEP_NOTHING);
      const second = await bench.append('a', [2], KEEP_NOTHING);
      equal(first.epoch === second.epoch && first.offset === second.offset, false, 'two messages at one position');
    },
  ],
];
