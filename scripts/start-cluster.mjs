/**
 * Runs the sample app as a cluster: two nodes that share a Redis, and a round-robin proxy in front of them. Nothing is
 * started anew: kill a node, and look at what becomes of its people.
 *
 * `PORT` is where the proxy listens, by default 3000. `ROOST_REDIS_URL` or `REDIS_URL` names a Redis; without one the
 * redis-server of the PATH is started, with a folder of its own that is removed at the end.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { programPath } from './require-programs.mjs';
import { startRoundRobin } from './round-robin.mjs';

const APP = fileURLToPath(new URL('../dist/sample-app/src/main.js', import.meta.url));
const NODES = 2;

const folder = await mkdtemp(join(tmpdir(), 'roost-cluster-'));
/** @type {import('node:child_process').ChildProcess[]} */
const processes = [];
let ending = false;

process.once('SIGINT', () => void end(0));
process.once('SIGTERM', () => void end(0));
try {
  await start();
} catch (error) {
  console.error(error.message);
  await end(1);
}

async function start() {
  const given = process.env.ROOST_REDIS_URL || process.env.REDIS_URL;
  if (given) say('Redis', new URL(given).host);
  const redis = given || (await startRedis());
  const names = Array.from({ length: NODES }, (_, n) => `Node ${n + 1}`);
  const nodes = await Promise.all(names.map((name) => startNode(name, redis)));
  nodes.forEach(({ port, pid }, n) => say(names[n], `port ${port}`, pid));
  const port = await openProxy(nodes.map((node) => node.port));
  console.log(`\nThe chat is open at http://localhost:${port}, each connection on the next node. Ctrl-C ends all.`);
}

async function openProxy(ports) {
  const wanted = Number(process.env.PORT || 3000);
  try {
    const { port } = await startRoundRobin({ port: wanted, nodes: () => ports });
    return port;
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${wanted} is taken: choose another, as in PORT=3001 npm run start:cluster.`, {
      cause: error,
    });
  }
}

async function startRedis() {
  let program;
  try {
    program = programPath('redis-server');
  } catch {
    throw new Error(
      'A cluster needs Redis, and there is no redis-server in the PATH: install it (Debian: apt-get install redis-server),\n' +
        'or name one that runs: ROOST_REDIS_URL=redis://127.0.0.1:6379 npm run start:cluster',
    );
  }
  const port = await freePort();
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
  const child = run('Redis', program, options, process.env);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) break;
  }
  if (child.exitCode !== null) throw new Error(`${program} did not start`);
  child.stdout.resume();
  say('Redis', `port ${port}`, child.pid);
  return `redis://127.0.0.1:${port}`;
}

/** Starts a node; it says where it listens. */
async function startNode(name, redis) {
  const child = run(name, process.execPath, [APP], {
    // Accounts and channels are in a file that the nodes share.
    ROOST_SAMPLE_DATABASE: join(folder, 'sample.db'),
    ...process.env,
    ROOST_REDIS_URL: redis,
    PORT: '0',
    NODE_NAME: name,
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /http:\/\/\S+:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return { port: Number(port), pid: child.pid };
  }
  throw new Error(`${name} did not start.`);
}

function run(name, program, options, env) {
  // In groups of their own: Ctrl-C is for this process, which ends them in turn.
  const child = spawn(program, options, { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  processes.push(child);
  child.once('exit', (code, signal) => {
    if (!ending) console.log(`${name} has ended (${signal ?? code}).`);
  });
  return child;
}

function say(name, where, pid) {
  console.log(`${name.padEnd(8)}${where.padEnd(14)}${pid === undefined ? '' : `kill it with: kill -9 ${pid}`}`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function end(code) {
  if (ending) return;
  ending = true;
  // The nodes say goodbye while Redis is still there.
  for (const child of processes.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}
