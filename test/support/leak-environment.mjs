import { createHook } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TestEnvironment } from 'jest-environment-node';

/** What a test file must have given back when it ends, by its name in async_hooks. */
const watched = {
  TCPSERVERWRAP: 'TCP server',
  TCPWRAP: 'TCP socket',
  PIPESERVERWRAP: 'pipe server',
  PIPEWRAP: 'pipe',
  UDPWRAP: 'UDP socket',
  PROCESSWRAP: 'child process',
  WORKER: 'worker thread',
  Timeout: 'timer',
};

/** How long handles may take to close once the last test and hook are through. */
const GRACE = 2_000; // 2 seconds

const thisFile = fileURLToPath(import.meta.url);
const plumbing = /node:(internal\/)?(timers|async_hooks)/;

/**
 * Node's environment, and more: a test file fails when it leaves a server, a socket, a child process or a timer behind,
 * an unreferenced one too. The error says what was left and where it was made. Timers that Node and jest set for
 * themselves do not count.
 */
export default class LeakEnvironment extends TestEnvironment {
  #open = new Map();
  #polling = false;
  #hook = createHook({
    init: (id, type, _trigger, resource) => {
      if (!this.#polling && Object.hasOwn(watched, type))
        this.#open.set(id, { type, resource, origin: captureOrigin() });
    },
    destroy: (id) => this.#open.delete(id),
  });

  async setup() {
    await super.setup();
    this.#hook.enable();
  }

  async handleTestEvent(event, state) {
    if (event.name !== 'run_finish') return;
    for (const deadline = Date.now() + GRACE; this.#leaks().length > 0 && Date.now() < deadline;) await this.#poll();
    this.#hook.disable();
    const leaks = this.#leaks();
    if (leaks.length > 0) state.unhandledErrors.push(leakError(leaks));
  }

  async teardown() {
    this.#hook.disable();
    this.#open.clear();
    await super.teardown();
  }

  #poll() {
    this.#polling = true; // its own timer does not count
    const later = delay(10);
    this.#polling = false;
    return later;
  }

  #leaks() {
    return [...this.#open.values()].filter((leak) => leak.type !== 'Timeout' || !isForeignTimer(leak));
  }
}

/** Where a handle was made; the text of the stack is only put together when somebody asks for it. */
function captureOrigin() {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 20;
  const origin = new Error('made here');
  Error.stackTraceLimit = limit;
  return origin;
}

/** The stack without the hook's own frames and those of Node's timers. */
function framesOf({ origin }) {
  const frames = String(origin.stack)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return frames.filter((line) => !line.includes(thisFile) && !plumbing.test(line)).map((line) => line.trim());
}

/** Whether Node or jest set a timer for a purpose of their own. */
function isForeignTimer(leak) {
  const [maker] = framesOf(leak);
  return maker === undefined || /node:|node_modules\/(@?jest|playwright-core)/.test(maker);
}

function leakError(leaks) {
  const lines = leaks.map((leak) => `- ${[watched[leak.type], detail(leak), placeOf(leak)].filter(Boolean).join(' ')}`);
  const error = new Error(`This test file left open:\n${lines.join('\n')}`);
  // Jest shows the code that the topmost frame points at: where the first of them was made.
  error.stack = `Error: ${error.message}\n    ${leaks.map(placeOf).find(Boolean) ?? `at ${thisFile}:1:1`}`;
  return error;
}

function placeOf(leak) {
  const frames = framesOf(leak);
  return frames.find((line) => !/node:|node_modules/.test(line)) ?? frames[0];
}

function detail({ type, resource }) {
  if (type === 'Timeout') return `of ${resource._idleTimeout} ms`;
  if (type === 'PROCESSWRAP') return `${resource.pid}`;
  if (type === 'TCPSERVERWRAP' || type === 'TCPWRAP') {
    const name = {};
    resource.getsockname?.(name);
    return name.port === undefined ? '' : `on port ${name.port}`;
  }
  return '';
}
