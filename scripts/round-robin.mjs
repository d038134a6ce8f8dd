/**
 * A TCP load balancer as plain as they come: each new connection goes to the next node in turn, and where that takes
 * none, to the one after it. It knows nothing of who was where.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Milliseconds that a node may take to take a connection. */
const PATIENCE = 1_000;

/**
 * @param {object} options
 * @param {number} options.port where it listens; 0 for any
 * @param {string} [options.host] all addresses where it is left out
 * @param {() => readonly number[]} options.nodes ports of the nodes on the loopback address, as they are now
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startRoundRobin({ port, host, nodes }) {
  const sockets = new Set();
  let turn = 0;

  async function serve(client) {
    watch(client);
    for (let attempts = nodes().length; attempts > 0 && !client.destroyed; attempts--) {
      const all = nodes();
      const node = await reach(all[turn++ % all.length]);
      if (node === undefined) continue;
      watch(node);
      client.on('close', () => node.destroy());
      node.on('close', () => client.destroy());
      if (client.destroyed) node.destroy();
      client.pipe(node).pipe(client);
      return;
    }
    client.destroy();
  }

  function watch(socket) {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // It is closed by that, which is all there is to know.
    socket.on('error', () => {});
  }

  const server = createServer({ noDelay: true }, (client) => void serve(client));
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: server.address().port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Connects to a node: gives the socket, or nothing where the node takes no connection. */
function reach(port) {
  return new Promise((resolve) => {
    if (port === undefined) {
      resolve(undefined);
      return;
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => socket.destroy(), PATIENCE);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    socket.once('error', () => {});
  });
}
