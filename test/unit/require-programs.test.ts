import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { programPath } from '../../scripts/require-programs.mjs';

const before = { PATH: process.env.PATH, ROOST_CHROMIUM: process.env.ROOST_CHROMIUM };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roost-programs-'));
  process.env.PATH = folder;
  delete process.env.ROOST_CHROMIUM;
});

afterEach(async () => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(folder, { recursive: true });
});

async function program(name: string, mode = 0o755): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, mode);
  return path;
}

test('a program is found in the PATH, the first of its names first', async () => {
  await program('google-chrome');
  const chromium = await program('chromium');
  expect(programPath('chromium')).toBe(chromium);
});

test('what cannot be run is passed over', async () => {
  await mkdir(join(folder, 'chromium'));
  await program('chromium-browser', 0o644);
  const chrome = await program('google-chrome');
  // Root may read what it cannot run, but may not run it either.
  expect(programPath('chromium')).toBe(chrome);
});

test('the environment variable comes before the PATH', async () => {
  await program('chromium');
  process.env.ROOST_CHROMIUM = await program('mine');
  expect(programPath('chromium')).toBe(process.env.ROOST_CHROMIUM);
});

test('a variable that names no program is an error, not a reason to search on', async () => {
  await program('chromium');
  process.env.ROOST_CHROMIUM = join(folder, 'nothing');
  expect(() => programPath('chromium')).toThrow(/^ROOST_CHROMIUM names .*nothing, which is no program/);
});

test('a missing program is told in one line, with what to install and what runs without it', () => {
  expect(() => programPath('chromium')).toThrow(
    /^The tests need Chromium: install it .*chromium.*npm run test:unit.*$/,
  );
});
