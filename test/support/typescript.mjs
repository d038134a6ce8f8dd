/**
 * Lets a Node process run TypeScript sources, as Jest does: `node --import ./test/support/typescript.mjs some-app.ts`.
 * Apps that tests start as processes of their own need no build.
 */
import { transform } from '@swc/core';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { project } from '../../jest.config.mjs';

const root = new URL('../../', import.meta.url);
const [, options] = project.transform['\\.ts$'];

// Hooks live in a thread of their own, which loads this file once more.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const own = /^nestjs-roost(?:\/(\w+))?$/.exec(specifier);
  if (own !== null) return next(new URL(`lib/${own[1] === undefined ? '' : `${own[1]}/`}index.ts`, root).href, context);
  if (/^\.{1,2}\/.*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { ...options, filename, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
