import { describe, expect, it } from '@jest/globals';
import type { Cluster } from 'ioredis';
import { EventEmitter } from 'node:events';
import { fence } from '../../lib/redis/fence.js';

/** A Cluster whose servers answer at once, and write down whom they are told to end. */
class Servers extends EventEmitter {
  readonly isCluster = true;
  readonly ended: string[] = [];
  #ids = 0;

  async connect(port: number): Promise<void> {
    const node = Object.assign(new EventEmitter(), {
      options: { host: 'redis', port },
      call: async (...[, what, , id]: string[]) => {
        if (what === 'KILL') this.ended.push(`${port}: ${id}`);
        return `id=${++this.#ids} addr=10.0.0.1:${port}`;
      },
    });
    this.emit('+node', node);
    node.emit('connect');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the connection before', () => {
  it('is ended by the next one to the same server, and remembered of a thousand servers', async () => {
    const servers = new Servers();
    fence(servers as unknown as Cluster, (error) => expect(error).toBeUndefined());
    for (let port = 1; port <= 1_001; port++) await servers.connect(port);
    expect(servers.ended).toEqual([]);
    await servers.connect(1);
    await servers.connect(1_001);
    expect(servers.ended).toEqual(['1001: 1001']);
  });
});
