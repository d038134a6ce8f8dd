import fc from 'fast-check';
import { Client, type ConnectOptions } from './client.js';
import { variant } from '../support/variant.js';
import { foreignToken, ROOMS, type World } from './world.js';

/** One thing that happens, with what it needs; what does not fit at its moment does nothing. */
export interface Step {
  readonly name: StepName;
  readonly who: number;
  readonly room: number;
  readonly a: number;
  readonly b: number;
  readonly yes: boolean;
  readonly also: boolean;
  /** Turns of the event loop that pass behind it. */
  readonly turns: number;
  /** Whether clients send and read behind it. */
  readonly reads: boolean;
}

type Act = (world: World, client: Client, room: string, step: Step, clients: readonly Client[]) => void;

function connect(client: Client, options: Partial<ConnectOptions> = {}): void {
  client.connect({ token: 'latest', reload: false, ...options });
}

/** Everything that may happen, with how often it does. */
const acts = {
  publish: [6, (world, _client, room, { a, yes }, clients) => {
    const except = yes ? clients.flatMap(({ session }) => session ?? []).slice(0, 1) : undefined;
    for (let i = 0; i <= a % 4; i++) {
      void world.rooms.get(room).broadcast('news', world.number(), except === undefined ? {} : { except });
    }
  }],
  flood: [1, (world, _client, room, { a }) => {
    for (let i = 0; i < 10 + a; i++) void world.rooms.get(room).broadcast('news', `${world.number()} ${'x'.repeat(60)}`);
  }],
  ephemeral: [2, (world, client, room, { yes }) => {
    const n = world.number();
    world.ephemerals.set(n, { step: ++world.truth.step, except: yes ? client.session : undefined });
    const except = yes && client.session !== undefined ? { except: client.session } : {};
    void world.rooms.get(room).broadcast('typing', { n }, { ephemeral: true, ...except });
  }],
  retract: [2, (world, _client, room, { a }) => {
    const live = world.rooms.get(room);
    void live.history({ limit: 1 }).then(({ offset }) => live.retract(Math.max(1, offset - (a % 6))));
  }],
  say: [6, (world, client, room, { a, yes, also }) =>
    client.say(room, { n: world.number(), slow: a % 3 === 0, publish: yes, spare: also })],
  join: [6, (world, client, room, { a, yes, also }) => {
    const since = also ? client.membership.rooms.get(room)?.position : undefined;
    client.join(room, { n: world.number(), slow: yes, refuse: a % 8 === 0 }, since);
  }],
  leave: [2, (_world, client, room) => client.leave(room)],
  repeat: [2, (_world, client, _room, { a }) => client.repeat(a)],
  direct: [2, (world, client) => {
    const session = world.session(client.session);
    if (session === undefined || session.ended) return;
    const n = world.number();
    const sent = world.directs.get(session.id) ?? [];
    world.directs.set(session.id, [...sent, n]);
    session.send('note', n);
  }],
  acknowledge: [1, (_world, client) => client.acknowledge()],
  kick: [2, (world, client, room, { yes }) => {
    if (client.session !== undefined) world.kick(room, client.session, yes ? 'kicked' : 'banned');
  }],
  end: [1, (world, client) => world.session(client.session)?.end()],
  release: [6, (world, _client, _room, { a }) => world.release(a)],
  resumeMode: [2, (world, _client, _room, { a }) => {
    world.resumeMode = (['accept', 'wait', 'refuse'] as const)[a % 3] ?? 'accept';
  }],
  storeDelay: [2, (world, _client, _room, { a }) => {
    world.delay = a % 4;
  }],
  advance: [3, (world, _client, _room, { a }) => world.clock.advance([20, 1_000, 6_000, 31_000, 121_000][a % 5] ?? 0)],
  connect: [8, (_world, client, _room, { a, also }) =>
    connect(client, { token: a % 12 === 0 ? 'none' : a % 3 === 0 ? 'presented' : 'latest', reload: also && a % 2 === 0 })],
  cut: [5, (_world, client, _room, { a, b }) => client.cut(a, b)],
  /** The connection breaks when the server has welcomed, and before the client has read of it. */
  loseWelcome: [3, (_world, client) => {
    connect(client);
    client.link?.deliver();
    setImmediate(() => client.cut(0, 0));
  }],
  halfOpen: [2, (_world, client) => client.orphan()],
  /** What was on its way on a link that the client has given up arrives after all. */
  late: [2, (_world, client, _room, { a }) => client.stale[a % Math.max(1, client.stale.length)]?.deliver()],
  pause: [2, (_world, client) => client.link?.pause()],
  flow: [2, (_world, client) => client.link?.flow()],
  goodbye: [1, (_world, client) => client.goodbye()],
  thief: [1, (world) => {
    const link = world.connect('thief', () => {});
    link.send({ op: 'connect', session: foreignToken(), rooms: {} });
    link.deliver();
    setImmediate(() => link.cut(1000));
  }],
} satisfies Record<string, readonly [number, Act]>; // prettier-ignore

type StepName = keyof typeof acts;

export const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  name: fc.oneof(
    ...(Object.entries(acts) as [StepName, readonly [number, Act]][]).map(([name, [weight]]) => ({
      weight,
      arbitrary: fc.constant(name),
    })),
  ),
  who: fc.nat(2),
  // Most of what is interesting happens where people meet.
  room: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constant(2) },
  ),
  a: fc.nat(30),
  b: fc.nat(6),
  yes: fc.boolean(),
  also: fc.boolean(),
  turns: fc.constantFrom(0, 0, 1, 2, 6),
  reads: fc.boolean(),
});

/** Takes a step. */
export async function take(world: World, clients: readonly Client[], step: Step): Promise<void> {
  const client = clients[step.who] as Client;
  const act: Act = acts[step.name][1];
  act(world, client, ROOMS[step.room] as string, step, clients);
  if (step.reads) exchange(clients);
  // So that windows are over in the midst of what happens: most of them last a few steps.
  if (variant.window) world.clock.advance(step.b);
  await world.turns(step.turns);
  if (step.reads) exchange(clients);
}

/** Clients send what they have to, and read what has come. */
export function exchange(clients: readonly Client[]): void {
  for (const client of clients) {
    client.link?.deliver();
    client.read();
  }
}
