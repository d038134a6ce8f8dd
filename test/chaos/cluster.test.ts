import { afterEach, describe, expect, it } from '@jest/globals';
import { RoostError } from 'nestjs-roost/client';
import { redisStore } from 'nestjs-roost/redis';
import { readFileSync } from 'node:fs';
import { seedOf } from '../support/property.js';
import { ChaosCluster } from './support/cluster.js';
import { steadily, until } from './support/pace.js';
import { drawPlan } from './support/plan.js';
import { report } from './support/report.js';
import { Visitor } from './support/visitor.js';
import { seeded } from './weather.js';

const NODES = 3;
const CLIENTS = 60;
/** Further clients that vanish in the middle of it. */
const LEAVERS = 6;
const ROOMS = ['chat/red', 'chat/blue'];
const SECONDS = Number(process.env['ROOST_CHAOS_SECONDS'] ?? 20);
/** Milliseconds between two messages of a client. */
const PACE = 400;
/** Milliseconds in which everybody must have caught up once all is well again. */
const PATIENCE = 30_000;
/** What a handler may be answered with where the store or its node was away. */
const EXPECTED = ['UNAVAILABLE', 'OUTCOME_UNKNOWN'];

describe('chaos in a cluster', () => {
  const ends: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it(
    `${CLIENTS} clients chat for ${SECONDS} s on ${NODES} nodes that are killed, with a Redis that breaks: one order, nothing twice, every loss told`,
    async () => {
      const seed = seedOf('chaos in a cluster');
      const random = seeded(seed);
      const plan = drawPlan(SECONDS * 1_000, NODES, random);
      const cluster = await ChaosCluster.start(NODES);
      ends.push(() => cluster.end());
      const parts = { url: cluster.url, rooms: ROOMS, random, losses: () => cluster.losses };
      const visitors = Array.from({ length: CLIENTS }, (_, i) => new Visitor(`c${i}`, parts));
      const leavers = Array.from({ length: LEAVERS }, (_, i) => new Visitor(`l${i}`, parts));
      ends.push(() => Promise.all([...visitors, ...leavers].map((visitor) => visitor.close())));
      await Promise.all([...visitors, ...leavers].map((visitor) => visitor.joined()));
      if (process.env['ROOST_TEST_LOG'])
        ends.push(async () => {
          process.stdout.write(`${JSON.stringify(plan)}\n`);
          process.stdout.write(`${cluster.said.join('\n')}\n`);
          const all = new Set(visitors.map((v) => v.client.session?.id));
          await cluster.redis.ask(async (client) => {
            for (const room of ROOMS)
              for (const [id, value] of Object.entries(await client.hgetall(`roost:room:{${room}}:who`))) {
                if (all.has(id) || id === '#rev') continue;
                const session = await client.hgetall(`roost:session:{${id}}`);
                process.stdout.write(`GHOST ${room} ${id} ${value} ${JSON.stringify(session)}\n`);
              }
            process.stdout.write(
              `NODES ${JSON.stringify(await client.call('ZRANGE', 'roost:nodes', 0, -1, 'WITHSCORES'))} ${Date.now()}\n`,
            );
          });
          for (const v of visitors) {
            process.stdout.write(
              `${v.name} ${v.client.session?.id} ${JSON.stringify(v.client.status)} ${v.nodes.join('>')} resumes ${v.resumes} lost ${v.lost} faults ${v.faults.join(' | ')}\n`,
            );
            for (const w of v.views)
              process.stdout.write(
                `   ${w.name} ${w.state} rejoins ${w.rejoins} ${w.stretches.map((t) => `${t.epoch} ${t.from}..${t.from + t.texts.length}`).join(' ')} members ${w.members.length} gone ${w.gone.size}\n`,
              );
          }
        });

      // They lose their connections, some of them their node in a moment, and never come back.
      const vanished = leavers.map(({ client }) => client.session?.id ?? '');
      for (const { client } of leavers) client.drop();
      await Promise.all([
        cluster.follow(plan),
        steadily(PACE, (SECONDS * 1_000) / PACE, (n) => visitors.forEach((visitor) => visitor.say(n))),
      ]);

      const store = redisStore({ url: cluster.redis.url });
      ends.push(() => store.close());
      const sent = visitors.flatMap((visitor) => visitor.sent);
      const views = visitors.flatMap((visitor) => visitor.views);
      await until(
        PATIENCE,
        () => `answers to ${sent.filter(({ outcome }) => outcome === undefined).length} messages`,
        () => sent.every(({ outcome }) => outcome !== undefined),
      );
      const tops = new Map<string, string>();
      for (const room of ROOMS) {
        const { epoch, top: offset } = await store.span(room);
        tops.set(room, JSON.stringify({ epoch, offset }));
      }
      const behind = () => views.filter(({ name, position }) => JSON.stringify(position) !== tops.get(name));
      await until(
        PATIENCE,
        () =>
          `everybody to have seen everything: ${JSON.stringify([...tops])}, ${JSON.stringify(behind().map((v) => v.position))}`,
        () => behind().length === 0,
      );
      const here = visitors.map(({ client }) => client.session?.id ?? '').toSorted();
      const wrong = () => views.filter(({ members }) => members.toSorted().join() !== here.join());
      await until(
        PATIENCE,
        () =>
          `everybody to see who is here: ${wrong()
            .map(({ members }) => members.length)
            .join()}`,
        () => wrong().length === 0,
      );
      if (process.env['ROOST_TEST_LOG']) process.stdout.write(`${cluster.said.join('\n')}\n`);

      expect(visitors.flatMap(({ faults }) => faults)).toEqual([]);
      // One order: whoever has seen an entry has seen the same one.
      const log = new Map<string, string>();
      const places = new Map<string, string>();
      for (const { name, stretches } of views) {
        for (const { epoch, from, texts } of stretches) {
          texts.forEach((text, n) => {
            const place = `${name} ${epoch} ${from + n + 1}`;
            expect(log.get(place) ?? text).toBe(text);
            log.set(place, text);
            expect(places.get(text) ?? place).toBe(place);
            places.set(text, place);
          });
        }
      }
      // Logs begin anew only where data was lost.
      for (const room of ROOMS) {
        const epochs = new Set(
          views.filter(({ name }) => name === room).flatMap(({ stretches }) => stretches.map(({ epoch }) => epoch)),
        );
        expect(epochs.size).toBeLessThanOrEqual(1 + cluster.losses);
      }
      // An answer says where the message stands. What nobody has seen went with the data of Redis, or lies in a gap.
      let unseen = 0;
      for (const { room, text, outcome } of sent) {
        if (outcome instanceof RoostError || outcome === undefined) continue;
        const seen = log.get(`${room} ${outcome.epoch} ${outcome.offset}`);
        if (seen === undefined) unseen++;
        else expect(seen).toBe(text);
      }
      const refused = sent.flatMap(({ outcome }) => (outcome instanceof RoostError ? [outcome.code] : []));
      expect(refused.filter((code) => !EXPECTED.includes(code))).toEqual([]);
      // Handlers run once at most; who has vanished has left once.
      const runs = readFileSync(cluster.journalFile, 'utf8').trim().split('\n');
      const said = runs.filter((line) => line.startsWith('say '));
      expect(said.length).toBe(new Set(said).size);
      for (const { gone } of views) for (const id of vanished) expect(gone.get(id)).toBe(1);

      const sum = (of: (visitor: Visitor) => number): number => visitors.reduce((total, one) => total + of(one), 0);
      const times = (what: Parameters<typeof cluster.done.get>[0]): number => cluster.done.get(what) ?? 0;
      report('Nodes and Redis that die', INTRODUCTION, {
        Nodes: NODES,
        Clients: CLIENTS,
        Seconds: SECONDS,
        Seed: String(seed),
        'Nodes killed with SIGKILL, and started anew': times('kill'),
        'Nodes cut off from Redis': times('cut off'),
        'Nodes whose connections to Redis hung': times('stall'),
        'Redis paused': times('pause'),
        'Redis killed, and started with its data': times('restart'),
        'Redis killed, and started without its data': times('lose data'),
        'Messages sent': sent.length,
        'Answered with their place in the log': sent.length - refused.length,
        'Answered UNAVAILABLE': refused.filter((code) => code === 'UNAVAILABLE').length,
        'Answered OUTCOME_UNKNOWN': refused.filter((code) => code === 'OUTCOME_UNKNOWN').length,
        'Of these, lost with the data of Redis before anybody had them': unseen,
        Deliveries: views.reduce(
          (total, { stretches }) => total + stretches.reduce((n, { texts }) => n + texts.length, 0),
          0,
        ),
        'Sessions resumed': sum(({ resumes }) => resumes),
        'Sessions that went on on another node': sum(({ moves }) => moves),
        'Sessions lost with the data of Redis': sum(({ lost }) => lost),
        'Gaps told, all of them where Redis lost its data': views.reduce((total, { gaps }) => total + gaps, 0),
        "Rooms joined again by the client's app": views.reduce((total, { rejoins }) => total + rejoins, 0),
        'Losses that nobody was told of': 0,
        Repeated: 0,
        'Out of order': 0,
      });
    },
    SECONDS * 1_000 + 4 * PATIENCE,
  );
});

const INTRODUCTION = `TODO`;
