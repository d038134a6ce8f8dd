import type { Redis } from 'ioredis';
import { isCluster, isPassing, type Client } from './client.js';

/** Servers whose connections are remembered: masters of a Cluster, and those that there were. */
const SERVERS = 1_000;
/** Stands for the server where there are no shards, wherever it is by now. */
const ONLY = '';

/** A connection as its server names it. */
interface Peer {
  readonly id: string;
  readonly address: string;
}

/**
 * Sees to it that what a broken connection still carries is not done after what the next one asks for.
 *
 * A server that hung, or a network that did, reads what it was sent when nobody waits for it any more: by then it was
 * asked for again, and what has been written since would be undone. So the first thing on each connection is the end of
 * the one before; what one connection asks for Redis does in order.
 *
 * @param onRefused told where Redis does not let this user do that
 */
export function fence(client: Client, onRefused: (error: unknown) => void): void {
  const last = new Map<string, Peer>();
  const watch = (connection: Redis, server: string): void => {
    // Nothing but the handshake has been sent then, and commands of this name may be part of it.
    connection.on('connect', () => {
      replace(connection, server, last).catch((error: unknown) => {
        // Where this one is broken already, the next one ends the one before.
        if (!isPassing(error)) onRefused(error);
      });
    });
  };
  if (isCluster(client)) client.on('+node', (node: Redis) => watch(node, `${node.options.host}:${node.options.port}`));
  else watch(client, ONLY);
}

async function replace(connection: Redis, server: string, last: Map<string, Peer>): Promise<void> {
  const before = last.get(server);
  const [, info] = await Promise.all([
    // By its address too: ids begin anew where a server does, and another server gives the same ones to others.
    before && connection.call('client', 'KILL', 'ID', before.id, 'ADDR', before.address),
    connection.call('client', 'INFO'),
  ]);
  const [, id] = /\bid=(\d+)/.exec(String(info)) ?? [];
  const [, address] = /\baddr=(\S+)/.exec(String(info)) ?? [];
  if (id === undefined || address === undefined) return;
  last.delete(server);
  last.set(server, { id, address });
  const [oldest] = last.keys();
  if (last.size > SERVERS && oldest !== undefined) last.delete(oldest);
}
