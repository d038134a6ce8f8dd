import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../support/run-tool.js';
import { createConsumer, pack, run, type Nest } from './support/consumer.js';

/** Installing and compiling, on a machine that has nothing cached. */
const PATIENCE = 300_000; // 5 minutes

const { devDependencies: ours } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};
const nest12: Nest = { core: ours['@nestjs/core'] ?? '', websockets: ours['@nestjs/websockets'] ?? '' };
const nest11: Nest = { core: '11.2.10', websockets: '11.2.6' };

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roost-package-'));
  tarball = await pack(folder);
}, PATIENCE);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the checklist prints, promise by promise. */
const promises: [promise: string, key: string, expected: unknown][] = [
  ['joining answers with what the join handler returned', 'joined', { topic: 'All about tea' }],
  ['sending answers with what the handler returned', 'answers', [1, 2]],
  [
    'both messages are heard, in order',
    'heard',
    [
      { from: 'Ann', text: 'hi' },
      { from: 'Bob', text: 'hello' },
    ],
  ],
  ['history has them', 'history', ['hi', 'hello']],
  ['Rooms can be injected', 'members', 2],
  [
    'a global ValidationPipe refuses with field and constraint',
    'refused',
    {
      code: 'VALIDATION_FAILED',
      details: [
        { field: 'text', constraint: 'isLength', message: 'text must be longer than or equal to 1 characters' },
      ],
    },
  ],
  [
    'a global guard refuses with the id',
    'guard',
    { op: 'error', id: 1, code: 'FORBIDDEN', message: 'Forbidden resource' },
  ],
  ['a request-scoped gateway is made for each run', 'scoped', { rises: true, event: 'number' }],
  [
    'a request-scoped global guard refuses',
    'scoped guard',
    { op: 'error', id: 5, code: 'FORBIDDEN', message: 'Forbidden resource' },
  ],
  ['an ordinary handler answers the id', 'ordinary', { op: 'ack', id: 6, data: 1 }],
  ['an ordinary handler answers a stock client', 'plain', { event: 'echoed', data: 'plain' }],
  ['a global filter says what is told', 'filter', 'UNAVAILABLE'],
  ['a crash tells nothing', 'crash', ['INTERNAL', 'something went wrong']],
  ['a global interceptor sees all handlers', 'interceptor', ['echo', 'join', 'leave', 'number', 'say']],
  [
    'closing the app tells when to come back, then closes with 1012',
    'shutdown',
    { code: 1012, op: 'reconnect', hint: true },
  ],
  ['clients know that they are away', 'clients', 'away'],
];

describe.each([
  ['Nest 12 with ES modules', nest12, 'module'],
  ['Nest 11 with CommonJS', nest11, 'commonjs'],
] as const)('the packed package in an empty app of %s', (_name, nest, type) => {
  let results: Record<string, unknown>;

  beforeAll(async () => {
    const app = join(folder, type);
    await createConsumer(app, tarball, nest, type);
    // It ends by itself: nothing of Roost keeps a process alive.
    results = JSON.parse(await run(process.execPath, ['dist/checklist.js'], app)) as Record<string, unknown>;
  }, PATIENCE);

  it.each(promises)('%s', (_promise, key, expected) => {
    expect(results[key]).toEqual(expected);
  });
});
