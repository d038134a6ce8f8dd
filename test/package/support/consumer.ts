import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { repository } from '../../support/run-tool.js';

export interface Nest {
  /** Of @nestjs/common, core and platform-express. */
  readonly core: string;
  /** Of @nestjs/websockets and platform-ws. */
  readonly websockets: string;
}

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Runs a program to its end, and fails with what it said where it fails. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  // What npm tells its scripts of the project they belong to would send a nested npm there.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_package_|npm_lifecycle_|npm_config_local_prefix|INIT_CWD)/i.test(name),
    ),
  );
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) {
    throw new Error(
      `${program} ${args.join(' ')} ended with ${child.exitCode ?? child.signalCode}:\n${output}\n${errors}`,
    );
  }
  return output;
}

/** Packs the built package; returns the tarball's path. */
export async function pack(into: string): Promise<string> {
  await access(join(repository, 'dist/lib/client/index.js')).catch(() => {
    throw new Error('the package is not built: npm run build');
  });
  const output = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', into], repository);
  const [packed] = JSON.parse(output.slice(output.indexOf('['))) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack has packed nothing: ${output}`);
  return join(into, packed.filename);
}

/** An empty app in a folder of its own: it installs the tarball, and is compiled. */
export async function createConsumer(
  folder: string,
  tarball: string,
  nest: Nest,
  type: 'module' | 'commonjs',
): Promise<void> {
  await mkdir(folder);
  await cp(join(repository, 'test/package/consumer'), join(folder, 'src'), { recursive: true });
  const { devDependencies: ours } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as Manifest;
  const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, ours[name] ?? 'latest']));
  const manifest = {
    name: 'consumer',
    private: true,
    type,
    dependencies: {
      'nestjs-roost': `file:${tarball}`,
      '@nestjs/common': nest.core,
      '@nestjs/core': nest.core,
      '@nestjs/platform-express': nest.core,
      '@nestjs/websockets': nest.websockets,
      '@nestjs/platform-ws': nest.websockets,
      ...same('class-transformer', 'class-validator', 'reflect-metadata', 'rxjs', 'ws'),
    },
    devDependencies: same('typescript', '@types/node', '@types/ws'),
  };
  const compilerOptions = {
    target: 'ES2023',
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], folder);
  await run(process.execPath, ['node_modules/typescript/bin/tsc'], folder);
}
