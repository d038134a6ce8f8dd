import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Browser } from 'playwright-core';
import { repository, runTool } from '../support/run-tool.js';
import { openBrowser, Person } from './support/people.js';

jest.setTimeout(180_000);

const SCRIPT = `${repository}/scripts/start-cluster.mjs`;

/** What `npm run start:cluster` runs, on any free port. */
class Cluster {
  readonly said: string[] = [];
  url = '';

  private constructor(readonly child: ChildProcess) {}

  static async start(): Promise<Cluster> {
    const { ROOST_REDIS_URL: _own, REDIS_URL: _theirs, ...env } = process.env;
    const child = spawn(process.execPath, [SCRIPT], {
      cwd: repository,
      env: { ...env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const cluster = new Cluster(child);
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        cluster.said.push(line);
        const url = /http:\/\/localhost:\d+/.exec(line)?.[0];
        if (url === undefined) return;
        cluster.url = url;
        resolve();
      });
      child.once('exit', () => reject(new Error(`it did not start: ${cluster.said.join('\n')}`)));
    });
    return cluster;
  }

  /** Of Redis and the nodes, as they were printed. */
  get pids(): number[] {
    return this.said.flatMap((line) => /kill -9 (\d+)/.exec(line)?.slice(1).map(Number) ?? []);
  }

  /** Kills a node as the line says that it can be killed. */
  kill(node: string): void {
    const line = this.said.find((other) => other.startsWith(node)) ?? '';
    process.kill(Number(/kill -9 (\d+)/.exec(line)?.[1]), 'SIGKILL');
  }

  /** Which node somebody is on, as all nodes know. */
  async nodeOf(room: string, name: string): Promise<string> {
    const redis = new Redis(Number(/Redis +port (\d+)/.exec(this.said.join('\n'))?.[1]));
    try {
      const all = Object.values(await redis.hgetall(`roost:room:{${room}}:who`));
      const one = all.find((value) => value.includes(`"${name}"`)) ?? '';
      return /"node":"([^"]+)"/.exec(one)?.[1] ?? `nowhere: ${all.join()}`;
    } finally {
      redis.disconnect();
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGINT');
    await once(this.child, 'exit');
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

let browser: Browser;
let cluster: Cluster | undefined;

beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => cluster?.stop());
afterAll(() => browser.close());

describe('npm run start:cluster', () => {
  it('loses and repeats nothing when a node is killed while people chat on both', async () => {
    cluster = await Cluster.start();
    const place = `${cluster.url}/channel/cluster`;
    const [ada, ben] = await Promise.all([Person.comes(browser, place, 'Ada'), Person.comes(browser, place, 'Ben')]);
    await ada.seesPeople('Ada', 'Ben');
    while ((await cluster.nodeOf('chat/cluster', 'Ada')) === (await cluster.nodeOf('chat/cluster', 'Ben'))) {
      await ben.page.reload();
      await ben.status('Online');
    }

    for (let i = 0; i < 5; i++) await Promise.all([ada.says(`ada ${i}`), ben.says(`ben ${i}`)]);
    cluster.kill('Node 1');
    // Neither page can know of it yet.
    await Promise.all([ada.writes('ada 5'), ben.writes('ben 5')]);
    for (let i = 6; i < 10; i++) await Promise.all([ada.says(`ada ${i}`), ben.says(`ben ${i}`)]);
    const all = Array.from({ length: 10 }, (_, i) => [`ada ${i}`, `ben ${i}`]).flat();
    await Promise.all([ada.sees('ben 9'), ben.sees('ada 9')]);

    const lines = await ada.lines();
    expect(lines.toSorted()).toEqual(all.toSorted());
    expect(await ben.lines()).toEqual(lines);
    await Promise.all([ada.seesPeople('Ada', 'Ben'), ben.seesPeople('Ada', 'Ben')]);
    expect(await cluster.nodeOf('chat/cluster', 'Ada')).toBe(await cluster.nodeOf('chat/cluster', 'Ben'));
    expect(cluster.said).toContain('Node 1 has ended (SIGKILL).');
    await Promise.all([ada.leaves(), ben.leaves()]);
  });

  it('ends all that it has started on Ctrl-C', async () => {
    cluster = await Cluster.start();
    const { pids } = cluster;
    expect(pids).toHaveLength(3);
    expect(pids.every(isAlive)).toBe(true);
    await cluster.stop();
    expect(cluster.child.exitCode).toBe(0);
    expect(pids.some(isAlive)).toBe(false);
  });

  it('says what to do where there is no Redis', async () => {
    const { status, errors } = await runTool([SCRIPT], {
      env: { PATH: '', ROOST_REDIS_SERVER: '', ROOST_REDIS_URL: '', REDIS_URL: '' },
    });
    expect(status).toBe(1);
    expect(errors).toMatch(/no redis-server in the PATH[^]*ROOST_REDIS_URL=redis:/);
    expect(errors.trim().split('\n')).toHaveLength(2);
  });
});
