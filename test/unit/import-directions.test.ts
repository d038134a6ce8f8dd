import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { repository, runTool } from '../support/run-tool.js';

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

/** The rules that the sources in a folder break, as `rule: from → to`. */
async function violations(cwd: string, ...sources: string[]): Promise<string[]> {
  const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const rules = join(repository, '.dependency-cruiser.mjs');
  const { output, errors } = await runTool([cruiser, ...sources, '--config', rules, '--output-type', 'json'], { cwd });
  if (output === '') throw new Error(errors);
  const { summary } = JSON.parse(output) as { summary: { totalCruised: number; violations: Violation[] } };
  if (summary.totalCruised === 0) throw new Error(`nothing was read in ${cwd}`);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

test('every part imports only what it may know', async () => {
  expect(await violations(repository, 'lib', 'sample-app')).toEqual([]);
}, 60_000);

describe('the rules catch', () => {
  /** A file each, what it imports, and the rule that this breaks. */
  const offences = [
    ['lib/protocol/frames.ts', '../rooms/room.js', 'protocol-imports'],
    ['lib/protocol/codec.ts', 'node:crypto', 'pure-protocol'],
    ['lib/protocol/codes.ts', 'rxjs', 'pure-protocol'],
    ['lib/store/store.ts', '../rooms/room.js', 'store-imports'],
    ['lib/rooms/registry.ts', '../sessions/session.js', 'rooms-imports'],
    ['lib/rooms/fan-out.ts', '@nestjs/common', 'engine-without-frameworks'],
    ['lib/connection/socket.ts', 'ws', 'engine-without-frameworks'],
    ['lib/connection/outbox.ts', '../rooms/room.js', 'connection-imports'],
    ['lib/client/client.ts', '../rooms/room.js', 'client-imports'],
    ['lib/client/random.ts', 'node:crypto', 'client-alone'],
    ['lib/client/socket.ts', 'ws', 'client-alone'],
    ['lib/gateway/router.ts', '@nestjs/core/internal.js', 'nest-public-only'],
    ['lib/gateway/samples.ts', 'fast-check', 'library-runtime-packages'],
    ['lib/gateway/page.ts', '../../sample-app/src/main.js', 'library-alone'],
    ['lib/gateway/first.ts', './second.js', 'no-cycles'],
    ['lib/gateway/missing.ts', './nowhere.js', 'resolvable'],
    ['sample-app/src/main.ts', '../../lib/rooms/room.js', 'sample-app-as-a-user'],
  ] as const;

  /** What the offences point at, and what is allowed. (A cycle is told once, at the first of its files.) */
  const others = {
    'lib/rooms/room.ts': "import { Subject } from 'rxjs'; export const room = Subject;",
    'lib/sessions/session.ts': "import '../rooms/room.js'; import 'node:crypto';",
    'lib/gateway/second.ts': "import type {} from './first.js'; import 'ws'; import '@nestjs/core';",
    'lib/roost.module.ts': "import './gateway/router.js'; import './rooms/room.js'; import 'rxjs';",
    'sample-app/src/app.module.ts': "import 'nestjs-roost'; import 'nestjs-roost/client'; import '@nestjs/common';",
  };

  let found: string[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roost-directions-'));
    for (const file of ['package.json', 'tsconfig.json']) await cp(join(repository, file), join(folder, file));
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const files = { ...others, ...Object.fromEntries(offences.map(([file, target]) => [file, `import '${target}';`])) };
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), content);
    }
    found = await violations(folder, 'lib', 'sample-app');
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(offences)('%s importing %s', (file, _target, rule) => {
    expect(found).toContainEqual(expect.stringMatching(`^${rule}: ${file} → `));
  });

  test('and nothing that is allowed', () => {
    const offenders = new Set(found.map((violation) => violation.replace(/^.*?: (.*?) → .*$/, '$1')));
    expect([...offenders].toSorted()).toEqual(offences.map(([file]) => file).toSorted());
  });
});
