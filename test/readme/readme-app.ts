import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = process.cwd();

const MAIN = `
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
console.log(String(app.getHttpServer().address().port));
process.once('SIGTERM', () => void app.close().then(() => process.exit()));
`;

// A page runs in a browser; Node before 22 has no WebSocket of its own.
const HOST = `
import { WebSocket } from 'ws';
Object.assign(globalThis, { WebSocket });
await import(process.argv[2]!);
`;

/** The code blocks of a document that begin with a file's name, word for word. */
export function filesOfReadme(document = 'README.md'): Map<string, string> {
  const readme = readFileSync(join(root, document), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, name, code]) => [name ?? '', code ?? '']));
}

/** An app made of files, compiled against the built package, and pages that talk to it, each a process of its own. */
export class ReadmeApp {
  readonly #folder: string;
  readonly #processes: ChildProcess[] = [];
  #port = '';

  /** @param name of a folder inside the package, so that the package's own name is the built package */
  constructor(name: string, files: ReadonlyMap<string, string>) {
    this.#folder = join(root, 'dist', 'readme', name);
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    for (const [file, code] of [...files, ['main.ts', MAIN], ['host.ts', HOST]] as const) {
      writeFileSync(join(this.#folder, file), code);
    }
    const options = { target: 'ES2023', module: 'NodeNext', strict: true, skipLibCheck: true, types: ['node'] };
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true, lib: ['ES2023', 'DOM'] };
    const tsconfig = { compilerOptions: { ...options, ...decorators }, include: ['*.ts'] };
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', this.#folder], {
      stdio: 'pipe',
    });
  }

  /** Starts the app; gives what it prints. */
  async start(): Promise<AsyncIterator<string>> {
    const lines = this.#run('main.js')[Symbol.asyncIterator]();
    this.#port = ((await lines.next()) as { value: string }).value;
    return lines;
  }

  /** Where it is, once it was started. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Opens a page; gives what it prints. */
  open(page: string): AsyncIterator<string> {
    const file = join(this.#folder, page);
    writeFileSync(file, readFileSync(file, 'utf8').replace('localhost:3000', `127.0.0.1:${this.#port}`));
    return this.#run('host.js', file)[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    for (const process of this.#processes.reverse()) {
      process.kill('SIGTERM');
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    }
  }

  #run(file: string, ...args: string[]) {
    const child = spawn(process.execPath, [join(this.#folder, file), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#processes.push(child);
    return createInterface(child.stdout);
  }
}
