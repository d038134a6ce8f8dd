import type { INestApplication, WebSocketAdapter } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { AdapterName } from './options.js';
import { loadPeer } from './peer-package.js';

interface Server {
  adapter(factory: unknown): void;
}

interface NestAdapter extends WebSocketAdapter {
  createIOServer(port: number, options?: object): Server;
}

type NestAdapterClass = new (app: INestApplication) => NestAdapter;

/** Nest's adapter for Socket.IO, as it is or with what several nodes need, set up as its documentation says. */
export async function loadSocketIoAdapter(
  name: AdapterName | undefined,
  redis: string | undefined,
): Promise<NestAdapterClass> {
  const { IoAdapter } = await loadPeer<{ IoAdapter: NestAdapterClass }>('@nestjs/platform-socket.io');
  if (name === undefined || redis === undefined) return IoAdapter;
  const { createAdapter } = await loadPeer<{ createAdapter(...clients: Redis[]): unknown }>(`@socket.io/${name}`);
  const client = new Redis(redis);
  const factory = name === 'redis-adapter' ? createAdapter(client, client.duplicate()) : createAdapter(client);
  return class extends IoAdapter {
    override createIOServer(port: number, options?: object): Server {
      const server = super.createIOServer(port, options);
      server.adapter(factory);
      return server;
    }
  };
}
