import { describe, expect, it } from '@jest/globals';
import { Room } from 'nestjs-roost';
import { of } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import type { BroadcastStreamOptions } from '../../lib/streams/options.js';
import { RoomStream, type StreamedRoom } from '../../lib/streams/room-stream.js';
import { TimerWheel } from '../../lib/time/timer-wheel.js';

/** A room as a stream sees it: what it is given is written down with the frame it came in. */
class Told implements StreamedRoom {
  readonly name = 'feed/prices';
  readonly delivery = {
    greetings: new Set<() => readonly string[]>(),
    tell: (text: string): void => this.#say(short(text)),
  };
  readonly completions = new Set<(event: string) => void>();
  readonly observers = { add: () => () => {} };
  readonly said: string[] = [];

  constructor(private readonly frame: () => number) {}

  /** What somebody is told who comes in now. */
  get greeting(): unknown[] {
    return [...this.delivery.greetings].flatMap((greeting) => greeting()).map(short);
  }

  ephemeral({ data }: { data: string }): void {
    this.#say(JSON.parse(data) as string);
  }

  complete(event: string): void {
    for (const completed of this.completions) completed(event);
  }

  #say(text: string): void {
    this.said.push(`${this.frame()}:${text}`);
  }
}

function short(text: string): string {
  const { op, data } = JSON.parse(text) as { op?: string; data?: string };
  return op ?? String(data);
}

interface Stage extends RunHelpers {
  readonly room: Told;
  readonly errors: string[];
  stream(source: ReturnType<RunHelpers['cold']>, options?: BroadcastStreamOptions): RoomStream;
  /** Does something in a frame of the diagram. */
  at(frame: number, work: () => void): void;
  stopped(): number;
}

function marbles(run: (stage: Stage) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    const room = new Told(() => scheduler.now());
    const errors: string[] = [];
    let stops = 0;
    const clock = {
      now: () => scheduler.now(),
      date: () => scheduler.now(),
      random: () => 0,
      setTimeout: (work: () => void, ms: number) => scheduler.schedule(work, ms),
      clearTimeout: (timer: unknown) => (timer as { unsubscribe(): void }).unsubscribe(),
    };
    const wheel = new TimerWheel(clock, (error) => errors.push(String(error)), 1);
    const handle = new Room(room.name, {}, {} as never, {} as never);
    run({
      ...helpers,
      room,
      errors,
      stream: (source, options = {}) =>
        new RoomStream(
          { event: 'price', options, open: () => of(source) },
          {
            wheel,
            handle,
            date: () => scheduler.now(),
            frameLimit: 1_000,
            elect: async () => ({ holds: true, close: () => {} }),
            publish: async () => {},
            onError: (error) => errors.push(`${scheduler.now()}:${(error as Error).message}`),
            onStopped: () => stops++,
          },
        ),
      at: (frame, work) => void scheduler.schedule(work, frame),
      stopped: () => stops,
    });
  });
}

describe('a stream of a room', () => {
  it('is subscribed with the first member and unsubscribed with the last', () => {
    marbles(({ cold, room, stream, at, expectSubscriptions, flush, stopped }) => {
      const source = cold('      a--b--c--d--e');
      const prices = stream(source);
      at(2, () => prices.start(room));
      at(9, () => prices.leave());
      expectSubscriptions(source.subscriptions).toBe('--^------!');
      flush();
      expect(room.said).toEqual(['2:a', '5:b', '8:c']);
      expect(stopped()).toBe(1);
      expect(room.delivery.greetings.size).toBe(0);
    });
  });

  it('lingers: who comes back in time finds the same subscription, and the newest value', () => {
    marbles(({ cold, room, stream, at, expectSubscriptions, flush }) => {
      const source = cold('a---b---c---d---e---');
      const prices = stream(source, { latest: true, linger: 20 });
      at(0, () => prices.start(room));
      at(2, () => prices.leave());
      at(9, () => prices.start(room));
      at(10, () => expect(room.greeting).toEqual(['c']));
      at(11, () => prices.leave());
      expectSubscriptions(source.subscriptions).toBe('^------------------------------!');
      flush();
      expect(room.said).toEqual(['0:a']);
    });
  });

  it('gives who comes later the newest value of each key, and nothing where that was not wanted', () => {
    marbles(({ cold, room, stream, at, flush }) => {
      const values = { a: 'x1', b: 'y1', c: 'x2' };
      const key = (value: unknown) => String(value)[0];
      stream(cold('a-b-c', values), { latest: true, key }).start(room);
      at(6, () => expect(room.greeting).toEqual(['y1', 'x2']));
      flush();
    });
    marbles(({ cold, room, stream, at, flush }) => {
      stream(cold('a-b-c'), { latest: true, replay: 0 }).start(room);
      at(6, () => expect(room.greeting).toEqual([]));
      flush();
    });
  });

  it('is tried again after an error, later each time, and sooner again once it has given something', () => {
    marbles(({ cold, room, stream, errors, at, expectSubscriptions, flush }) => {
      const source = cold('#', undefined, new Error('broken'));
      const prices = stream(source);
      prices.start(room);
      at(7_500, () => prices.leave());
      expectSubscriptions(source.subscriptions).toBe(['(^!)', '1s (^!)', '3s (^!)', '7s (^!)']);
      flush();
      expect(errors).toEqual(['0:broken', '1000:broken', '3000:broken', '7000:broken']);
      expect(room.said).toEqual([]);
    });
    marbles(({ cold, room, stream, at, expectSubscriptions, flush }) => {
      const source = cold('a#');
      const prices = stream(source);
      prices.start(room);
      at(2_500, () => prices.leave());
      expectSubscriptions(source.subscriptions).toBe(['^!', '1001ms ^!', '2002ms ^!']);
      flush();
    });
  });

  it('ends with its first error where it is told to, and says so to members and to who comes later', () => {
    marbles(({ cold, room, stream, errors, at, expectSubscriptions, flush }) => {
      const source = cold('a-#', undefined, new Error('broken'));
      stream(source, { onError: 'end' }).start(room);
      at(5, () => expect(room.greeting).toEqual(['complete']));
      expectSubscriptions(source.subscriptions).toBe('^-!');
      flush();
      expect(errors).toEqual(['2:broken']);
      expect(room.said).toEqual(['0:a', '2:complete']);
    });
  });

  it('tells its completion after its last value', () => {
    marbles(({ cold, room, stream, expectSubscriptions, flush }) => {
      const source = cold('a-(b|)');
      stream(source).start(room);
      expectSubscriptions(source.subscriptions).toBe('^-!');
      flush();
      expect(room.said).toEqual(['0:a', '2:b', '2:complete']);
    });
  });

  it('passes over a value that cannot be sent, logs it, and goes on', () => {
    marbles(({ cold, room, stream, errors, flush }) => {
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      stream(cold('a-b-c-d', { a: 'fine', b: loop, c: 'x'.repeat(1_001), d: 'again' })).start(room);
      flush();
      expect(room.said).toEqual(['0:fine', '6:again']);
      expect(errors).toEqual([
        expect.stringContaining('2:Converting circular structure'),
        '4:a message of more than 1000 bytes',
      ]);
    });
  });
});
