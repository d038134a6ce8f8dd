import { Client } from './client.js';
import { exchange, take, type Step } from './steps.js';
import { ALONE, ROOMS, World, type Setting } from './world.js';

/** Plays steps with three clients, brings everything to rest, and returns what went against the protocol. */
export async function play(steps: readonly Step[], setting: Setting = ALONE): Promise<string[]> {
  const world = new World(setting);
  await world.start();
  const clients = ['ann', 'bob', 'cid'].map((name) => new Client(name, world));
  for (const client of clients) client.connect({ token: 'none', reload: false });
  await world.turns(2);
  exchange(clients);
  try {
    for (const step of steps) {
      await take(world, clients, step);
      if (world.faults.length > 0) return world.faults;
    }
    await rest(world, clients);
    for (const client of clients) examine(world, client);
    await finish(world, clients);
  } catch (error) {
    world.fault(`thrown: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    await world.close();
  }
  return world.faults;
}

/** Everybody comes back, every handler goes on, everything arrives. */
async function rest(world: World, clients: readonly Client[]): Promise<void> {
  world.resumeMode = 'accept';
  world.delay = 0;
  for (let round = 0; round < (world.several ? 30 : 12); round++) {
    while (world.waiting > 0) {
      world.release(0);
      await world.turns(1);
    }
    for (const client of clients) {
      if (client.link === undefined) client.connect({ token: 'latest', reload: false });
      client.link?.flow();
    }
    for (let i = 0; i < 5; i++) {
      exchange(clients);
      await world.turns(3);
    }
    world.clock.advance(300); // for changes of presence
    await world.turns(2);
    exchange(clients);
  }
}

/** What must be so when nothing is under way any more. */
function examine(world: World, client: Client): void {
  const { session } = client;
  if (!client.opened || session === undefined) return client.fault('did not come back');
  const { ledger, leaving, rooms } = client.membership;
  for (const [id, { frame }] of ledger.pending) client.fault(`${id} was never answered: ${JSON.stringify(frame)}`);
  for (const room of leaving.keys()) client.fault(`never heard that it had left ${room}`);
  const sent = world.directs.get(session)?.length ?? 0;
  if (client.seq !== sent) client.fault(`has ${client.seq} of ${sent} direct messages`);
  for (const room of ROOMS) {
    const view = rooms.get(room);
    const member = world.isMember(room, session);
    if (member !== (view !== undefined)) client.fault(`believes it is ${member ? 'not ' : ''}in ${room}`);
    if (view === undefined) continue;
    const top = world.truth.top(room, view.position.epoch);
    if (view.position.offset !== top) client.fault(`is at ${view.position.offset} of ${top} in ${room}`);
    const present = world.membersOf(room);
    const seen = view.presence;
    const same = seen?.members.size === present.length && present.every((id) => seen.members.has(id));
    if (seen !== undefined && !view.presenceLost && !same) {
      client.fault(`sees ${[...seen.members].join()} in ${room}, where ${present.join()} are`);
    }
    if (view.presenceLost) client.fault(`missed a change of presence in ${room}`);
  }
}

/** Everybody says goodbye: nothing is left. */
async function finish(world: World, clients: readonly Client[]): Promise<void> {
  for (const client of clients) {
    for (const link of [...client.stale, ...client.forgotten]) link.cut();
    client.goodbye();
  }
  await world.turns(5);
  for (let i = 0; i < (world.several ? 30 : 1); i++) {
    world.clock.advance(200_000);
    await world.turns(5);
  }
  const { sessions, away, rooms, timers } = world.left;
  if (sessions > 0) world.fault(`${sessions} sessions are left`);
  if (away > 0) world.fault(`${away} sessions are left away`);
  if (rooms.length > 0) world.fault(`somebody is left in ${rooms.join()}`);
  if (timers.length > 0) world.fault(`timers are left: ${timers.join()}`);
  for (const key of world.members) if (!world.leaves.has(key)) world.fault(`${key} never left`);
}
