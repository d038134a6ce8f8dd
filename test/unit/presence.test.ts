import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PresenceChangeFrame, PresenceMember, PresenceState } from '../../lib/protocol/frames.js';
import type { Member } from '../../lib/rooms/member.js';
import { Presence } from '../../lib/rooms/presence.js';
import type { PresenceMode } from '../../lib/rooms/settings.js';
import { ManualClock } from 'nestjs-roost/testing';
import { TimerWheel } from '../../lib/time/timer-wheel.js';

const LIMIT = 3;

/** A room's presence, with people to come and go. */
class Hall {
  readonly clock = new ManualClock();
  readonly told: PresenceChangeFrame[] = [];
  readonly members = new Map<string, { readonly member: Member }>();
  readonly presence: Presence;

  constructor(mode: PresenceMode = 'list') {
    const wheel = new TimerWheel(this.clock, (error) => {
      throw error as Error;
    });
    const settings = { presence: mode, presenceLimit: LIMIT, retention: { size: 0, bytes: 0, ttl: 0 } };
    this.presence = new Presence('hall', this.members, settings, wheel, (text) =>
      this.told.push(JSON.parse(text) as PresenceChangeFrame),
    );
  }

  come(...ids: string[]): void {
    for (const id of ids) {
      this.members.set(id, { member: { id, presence: { id } } as Member });
      this.presence.changed(id);
    }
  }

  go(...ids: string[]): void {
    for (const id of ids) if (this.members.delete(id)) this.presence.changed(id);
  }

  settle(): void {
    this.clock.advance(2_000);
  }
}

/** What a client knows: a state, with the changes that came behind it. On a hole it asks. */
class Watcher {
  #known: { rev: number; count: number; members: Map<string, PresenceMember> | undefined } | undefined;

  ask(state: PresenceState | undefined): void {
    if (state === undefined) return;
    const members = state.members && new Map(state.members.map((member) => [member.id, member]));
    this.#known = { rev: state.rev, count: state.count, members };
  }

  hear(change: PresenceChangeFrame, ask: () => PresenceState | undefined): void {
    const known = this.#known;
    if (known === undefined || change.rev <= known.rev) return;
    if (change.rev > known.rev + 1) return this.ask(ask());
    known.rev = change.rev;
    known.count = change.count;
    if (change.members !== undefined) known.members = new Map(change.members.map((member) => [member.id, member]));
    else if (change.joined === undefined && change.left === undefined) known.members = undefined;
    else {
      for (const member of change.joined ?? []) known.members?.set(member.id, member);
      for (const id of change.left ?? []) known.members?.delete(id);
    }
  }

  get sees(): { count: number | undefined; ids: string[] | undefined } {
    const ids = this.#known?.members && [...this.#known.members.keys()].sort();
    return { count: this.#known?.count, ids };
  }
}

describe('presence', () => {
  it('gathers changes, and tells them as one', () => {
    const hall = new Hall();
    hall.come('a', 'b');
    hall.go('a');
    expect(hall.told).toEqual([]);
    hall.settle();
    expect(hall.told).toEqual([{ op: 'presence', room: 'hall', rev: 1, count: 1, joined: [{ id: 'b' }], left: ['a'] }]);
    hall.settle();
    expect(hall.told).toHaveLength(1);
  });

  it('raises the revision by one with each change it tells', () => {
    const hall = new Hall();
    for (const id of ['a', 'b', 'c']) {
      hall.come(id);
      hall.settle();
    }
    expect(hall.told.map(({ rev }) => rev)).toEqual([1, 2, 3]);
  });

  it('tells a change within a second, however many come', () => {
    const hall = new Hall();
    for (let i = 0; i < 1_000; i++) hall.come(`${i}`);
    hall.clock.advance(1_020);
    expect(hall.told).toMatchObject([{ count: 1_000 }]);
  });

  it('counts only in a room that is too large, and names all when it is small again', () => {
    const hall = new Hall();
    hall.come('a', 'b', 'c');
    hall.settle();
    hall.come('d');
    hall.settle();
    expect(hall.told.at(-1)).toEqual({ op: 'presence', room: 'hall', rev: 2, count: 4 });
    hall.go('a');
    hall.settle();
    expect(hall.told.at(-1)).toMatchObject({ rev: 3, count: 3, members: [{ id: 'b' }, { id: 'c' }, { id: 'd' }] });
  });

  it('names all where a state without names was given out, though the room is small again when it is told', () => {
    const hall = new Hall();
    const watcher = new Watcher();
    hall.come('a', 'b', 'c');
    hall.settle();
    hall.come('d');
    watcher.ask(hall.presence.state);
    hall.go('a');
    hall.settle();
    for (const change of hall.told) watcher.hear(change, () => hall.presence.state);
    expect(watcher.sees).toEqual({ count: 3, ids: ['b', 'c', 'd'] });
  });

  it('tells numbers alone where the room says so, and nothing where it says that', () => {
    const counting = new Hall('count');
    counting.come('a');
    counting.settle();
    expect([counting.told, counting.presence.state]).toEqual([
      [{ op: 'presence', room: 'hall', rev: 1, count: 1 }],
      { rev: 1, count: 1 },
    ]);
    const off = new Hall('off');
    off.come('a');
    off.settle();
    expect([off.told, off.presence.state, off.clock.waiting]).toEqual([[], undefined, []]);
  });

  it('leaves no timer when its room is closed', () => {
    const hall = new Hall();
    hall.come('a');
    hall.presence.close();
    expect(hall.clock.waiting).toEqual([]);
  });

  it('is the truth for whoever takes a state and the changes, in whatever order they come', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('come' as const), id }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('go' as const), id }) },
      // A state is taken now and arrives now; changes arrive later, or get lost.
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), id }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('tell' as const, 'read' as const, 'lose' as const), id }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const hall = new Hall();
        const watcher = new Watcher();
        let read = 0;
        const hear = (upTo = hall.told.length) => {
          for (; read < upTo; read++) watcher.hear(hall.told[read] as PresenceChangeFrame, () => hall.presence.state);
        };
        watcher.ask(hall.presence.state);
        for (const { kind, id: who } of steps) {
          if (kind === 'come') hall.come(who);
          else if (kind === 'go') hall.go(who);
          else if (kind === 'ask') watcher.ask(hall.presence.state);
          else if (kind === 'tell') hall.settle();
          else if (kind === 'read') hear(read + 1 > hall.told.length ? read : read + 1);
          else if (read < hall.told.length) read++;
        }
        // The last change shows the hole, where changes were lost.
        hall.come('last');
        hall.go('last');
        hall.settle();
        hear();
        const ids = [...hall.members.keys()].sort();
        expect(watcher.sees).toEqual({ count: ids.length, ids: ids.length > LIMIT ? undefined : ids });
      }),
      { numRuns: 2_000 },
    );
  });
});
