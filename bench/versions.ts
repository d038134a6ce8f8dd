import { existsSync, readFileSync } from 'node:fs';

const SOCKET_IO = 'bench/peers/node_modules/@nestjs/platform-socket.io';

/** Packages whose versions matter, and where they are. */
const PACKAGES = [
  ['Roost', '.'],
  ['Nest', 'node_modules/@nestjs/core'],
  ['ws', 'node_modules/ws'],
  ['Socket.IO', `${SOCKET_IO}/node_modules/socket.io`],
  ["Socket.IO's Redis adapter", 'bench/peers/node_modules/@socket.io/redis-adapter'],
  ['Redis Streams adapter', 'bench/peers/node_modules/@socket.io/redis-streams-adapter'],
  ['ioredis', 'node_modules/ioredis'],
  ['uWebSockets.js (unofficial npm package)', 'bench/peers/node_modules/@trufflesuite/uws-js-unofficial'],
] as const;

/** Names and versions of what is measured and is installed. */
export function readVersions(): string[] {
  return PACKAGES.flatMap(([name, folder]) => {
    const file = `${folder}/package.json`;
    if (!existsSync(file)) return [];
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return [`${name} ${version}`];
  });
}
