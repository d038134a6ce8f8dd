import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startRoundRobin } from '../../../scripts/round-robin.mjs';
import { NodeProcess } from '../../support/node-process.js';
import { Proxy } from '../../support/proxy.js';
import { RedisServer } from '../../support/redis.js';
import type { Deed, Step } from './plan.js';

const APP = 'test/chaos/support/chat-node.ts';

/** Attempts to start a node anew. */
const STARTS = 20;

/** A node's place: the network between it and Redis, and the process, which may be dead. */
interface Place {
  readonly name: string;
  readonly network: Proxy;
  process: NodeProcess;
}

/** Nodes behind a round-robin proxy, with one Redis, and what is done to them. */
export class ChaosCluster {
  /** How often each thing was done. */
  readonly done = new Map<Deed['what'], number>();
  /** Milliseconds from the beginning of the plan until Redis lost its data for the first time. */
  lostAfter = Number.POSITIVE_INFINITY;
  /** What was done, and when it was over, with the milliseconds from the beginning of the plan. */
  readonly history: string[] = [];
  #began = 0;
  #over = false;
  readonly #failures: unknown[] = [];
  /** What each place does at the moment; Redis one thing after another. */
  readonly #busy = new Map<string, Promise<void>>();
  #url = '';
  #close = async (): Promise<void> => {};

  private constructor(
    readonly redis: RedisServer,
    private readonly journal: string,
    private readonly places: Place[],
  ) {}

  static async start(nodes: number): Promise<ChaosCluster> {
    const redis = await RedisServer.start(['--appendonly', 'yes', '--appendfsync', 'always']);
    const journal = join(redis.folder, 'journal');
    const places: Place[] = [];
    const cluster = new ChaosCluster(redis, journal, places);
    try {
      const names = Array.from({ length: nodes }, (_, n) => `node ${n + 1}`);
      await Promise.all(
        names.map(async (name) => {
          const network = await Proxy.to(redis.port);
          try {
            places.push({ name, network, process: await cluster.#startNode(name, network) });
          } catch (error) {
            await network.close();
            throw error;
          }
        }),
      );
      const entrance = await startRoundRobin({
        port: 0,
        host: '127.0.0.1',
        nodes: () => places.map(({ process }) => process.port),
      });
      cluster.#url = `ws://127.0.0.1:${entrance.port}/ws`;
      cluster.#close = entrance.close;
    } catch (error) {
      await cluster.end();
      throw error;
    }
    return cluster;
  }

  /** Where clients come in. */
  get url(): string {
    return this.#url;
  }

  /** File with a line for each handler that has run. */
  get journalFile(): string {
    return this.journal;
  }

  /** How often Redis has lost its data. */
  get losses(): number {
    return this.done.get('lose data') ?? 0;
  }

  /** What the nodes have said lately. */
  get said(): string[] {
    return this.places.flatMap(({ name, process }) => process.said.map((line) => `${name}: ${line}`));
  }

  /** Follows a plan to its end; settles when all is well again. */
  async follow(plan: readonly Step[]): Promise<void> {
    this.#began = performance.now();
    for (const step of plan) {
      await delay(Math.max(0, this.#began + step.at - performance.now()));
      if (this.#over) return;
      this.#begin(step);
    }
    await Promise.all(this.#busy.values());
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.allSettled(this.#busy.values());
    await this.#close();
    await Promise.all(this.places.map(({ process }) => process.stop('SIGKILL')));
    await Promise.all(this.places.map(({ network }) => network.close()));
    await this.redis.end();
  }

  #startNode(name: string, network: Proxy): Promise<NodeProcess> {
    const redis = `redis://127.0.0.1:${network.port}`;
    return NodeProcess.start(APP, { ROOST_REDIS_URL: redis, ROOST_NODE: name, ROOST_JOURNAL: this.journal });
  }

  /** Starts a node anew, as often as it takes: it does not start while Redis is away. */
  async #supervise({ name, network }: Place): Promise<NodeProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#startNode(name, network);
      } catch (error) {
        if (attempt === STARTS || !String(error).includes('UNAVAILABLE')) throw error;
      }
    }
  }

  #begin(deed: Deed): void {
    const where = 'node' in deed ? String(deed.node) : 'redis';
    const before = this.#busy.get(where);
    // On a slow machine a node takes longer to start than the plan has for it.
    if (before !== undefined && 'node' in deed) return;
    const done = (before ?? Promise.resolve()).then(() => this.#do(deed));
    this.#busy.set(where, done);
    void done
      .finally(() => {
        if (this.#busy.get(where) === done) this.#busy.delete(where);
      })
      .catch((error: unknown) => this.#failures.push(error));
  }

  async #do(deed: Deed): Promise<void> {
    const what = `${deed.what}${'node' in deed ? ` of node ${deed.node + 1}` : ''}`;
    this.#note(what);
    await this.#carryOut(deed);
    this.#note(`${what} is over`);
  }

  #note(what: string): void {
    this.history.push(`${this.at(performance.now())} ${what}`);
  }

  /** Milliseconds from the beginning of the plan. */
  at(time: number): number {
    return Math.round(time - this.#began);
  }

  async #carryOut(deed: Deed): Promise<void> {
    this.done.set(deed.what, (this.done.get(deed.what) ?? 0) + 1);
    switch (deed.what) {
      case 'kill': {
        const place = this.#place(deed.node);
        await place.process.stop('SIGKILL');
        await delay(deed.ms);
        place.process = await this.#supervise(place);
        break;
      }
      case 'cut off': {
        const { network } = this.#place(deed.node);
        network.shut();
        await delay(deed.ms);
        network.letIn();
        break;
      }
      case 'stall': {
        const { network } = this.#place(deed.node);
        network.stall('up', 'down');
        await delay(deed.ms);
        network.flow();
        break;
      }
      case 'pause':
        this.redis.pause();
        await delay(deed.ms);
        this.redis.goOn();
        break;
      case 'restart':
      case 'lose data':
        await this.redis.stop('SIGKILL');
        if (deed.what === 'lose data') {
          await rm(join(this.redis.folder, 'appendonlydir'), { recursive: true });
          this.lostAfter = Math.min(this.lostAfter, performance.now() - this.#began);
        }
        await delay(deed.ms);
        await this.redis.start();
    }
  }

  #place(node: number): Place {
    const place = this.places[node];
    if (place === undefined) throw new Error(`there is no node ${node}`);
    return place;
  }
}
