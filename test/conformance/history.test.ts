import { describe, expect, it } from '@jest/globals';
import { useStage, type RawFrame } from './support/index.js';

const start = useStage();

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

interface Page {
  readonly epoch: string;
  readonly offset: number;
  readonly messages: { readonly offset: number; readonly data: unknown }[];
  readonly more: boolean;
}

const pageOf = (answer: RawFrame): Page => {
  expect(answer).toMatchObject({ op: 'ack' });
  return answer['data'] as Page;
};
const offsetsOf = (page: Page) => page.messages.map(({ offset }) => offset);

describe('a page of history', () => {
  const filled = async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    await stage.publish('room/a', ...upTo(1, 120));
    client.received.length = 0;
    const ask = async (query: RawFrame = {}) =>
      pageOf(await client.request({ op: 'history', room: 'room/a', ...query }));
    return { stage, client, ask };
  };

  it('is the last messages, ascending, with the top at reading', async () => {
    const { stage, ask } = await filled();
    const page = await ask();
    expect(page).toMatchObject({ epoch: (await stage.room('room/a').history()).epoch, offset: 120, more: true });
    expect(offsetsOf(page)).toEqual(upTo(71, 120));
    expect(page.messages[0]).toEqual({ event: 'say', room: 'room/a', data: 71, offset: 71, ts: expect.any(Number) });
  });

  it('ends just before `before`, and begins just after `since`', async () => {
    const { ask } = await filled();
    expect(offsetsOf(await ask({ before: 71, limit: 10 }))).toEqual(upTo(61, 70));
    const first = await ask({ before: 6, limit: 10 });
    expect(offsetsOf(first)).toEqual(upTo(1, 5));
    expect(first.more).toBe(false);
    expect(offsetsOf(await ask({ since: 10, limit: 3 }))).toEqual([11, 12, 13]);
    const last = await ask({ since: 118 });
    expect(offsetsOf(last)).toEqual([119, 120]);
    expect(last.more).toBe(false);
    expect((await ask({ since: 120 })).messages).toEqual([]);
    expect((await ask({ before: 1 })).messages).toEqual([]);
  });

  it('takes positions as well as offsets', async () => {
    const { ask } = await filled();
    const { epoch } = await ask();
    expect(offsetsOf(await ask({ before: { epoch, offset: 3 } }))).toEqual([1, 2]);
    expect(offsetsOf(await ask({ since: { epoch, offset: 118 } }))).toEqual([119, 120]);
  });

  it('looks at the offset of a position alone, and tells the epoch that it has read', async () => {
    const { ask } = await filled();
    const { epoch } = await ask();
    const page = await ask({ before: { epoch: 'another', offset: 3 } });
    expect([page.epoch, offsetsOf(page)]).toEqual([epoch, [1, 2]]);
    expect(offsetsOf(await ask({ since: { epoch: 'another', offset: 118 } }))).toEqual([119, 120]);
  });

  it('leads on: pages put together are the whole, in both directions', async () => {
    const { stage, ask } = await filled();
    for (const target of upTo(20, 60)) await stage.room('room/a').retract(target);
    const expected = [...upTo(1, 19), ...upTo(61, 120)];
    const back: number[] = [];
    for (let before = 1_000, more = true; more;) {
      const page = await ask({ before, limit: 7 });
      back.unshift(...offsetsOf(page));
      before = page.messages[0]?.offset ?? 0;
      more = page.more && page.messages.length > 0;
    }
    expect(back).toEqual(expected);
    const forth: number[] = [];
    for (let since = 0, more = true; more;) {
      const page = await ask({ since, limit: 7 });
      forth.push(...offsetsOf(page));
      since = page.messages.at(-1)?.offset ?? 1_000;
      more = page.more && page.messages.length > 0;
    }
    expect(forth).toEqual(expected);
  });

  it('`before` with `since` is BAD_FRAME, and so is what is no place', async () => {
    const { client } = await filled();
    const bad = [{ before: 1, since: 1 }, { before: -1 }, { since: 'x' }, { limit: 1.5 }, { limit: -1 }];
    for (const query of bad) {
      const answer = await client.request({ op: 'history', room: 'room/a', ...query });
      expect(answer).toMatchObject({ op: 'error', code: 'BAD_FRAME' });
    }
  });

  it('is for members only', async () => {
    const { stage } = await filled();
    const stranger = await stage.session();
    expect(await stranger.request({ op: 'history', room: 'room/a' })).toMatchObject({ code: 'NOT_JOINED' });
  });

  it.each([
    ['a short name', 'long/a'],
    ['a long name', `long/${'x'.repeat(250)}`],
    ['a name that JSON makes longer', `long/${'"'.repeat(250)}`],
  ])('ends at 256 KiB (%s), and may be larger than a frame', async (_what, room) => {
    const stage = await start();
    for (let n = 0; n < 100; n++) void stage.room(room).broadcast('say', 'x'.repeat(10_000));
    const client = await stage.member(room);
    const ask = async () => {
      const page = pageOf(await client.request({ op: 'history', room, limit: 1_000 }));
      const bytes = Buffer.byteLength(JSON.stringify(page));
      expect(bytes).toBeLessThanOrEqual(256 * 1_024);
      expect(page.more).toBe(true);
      return bytes;
    };
    expect(await ask()).toBeGreaterThan(200 * 1_024);
    for (let n = 0; n < 1_000; n++) void stage.room(room).broadcast('say', n);
    await ask();
  });

  it('of a room without messages is empty', async () => {
    const stage = await start();
    const client = await stage.member('room/a');
    const page = pageOf(await client.request({ op: 'history', room: 'room/a' }));
    expect(page).toEqual({ epoch: expect.any(String), offset: 0, messages: [], more: false });
  });
});
