import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = process.cwd();
// Inside the package, so that its own name is the built package; outside what is published.
const folder = join(root, 'dist', 'readme');

/** The code blocks of the README that begin with a file's name, word for word. */
function filesOfReadme(): Map<string, string> {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, name, code]) => [name ?? '', code ?? '']));
}

const MAIN = `
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
console.log(String(app.getHttpServer().address().port));
process.once('SIGTERM', () => void app.close());
`;

// The page runs in a browser; Node before 22 has no WebSocket of its own.
const PAGE_HOST = `
import { WebSocket } from 'ws';
Object.assign(globalThis, { WebSocket });
await import('./page.js');
`;

describe('the README', () => {
  it('mounts Roost in four steps, followed word for word', async () => {
    const files = filesOfReadme();
    expect([...files.keys()]).toEqual(['app.module.ts', 'chat.gateway.ts', 'page.ts']);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, code] of files) writeFileSync(join(folder, name), code);
    writeFileSync(join(folder, 'main.ts'), MAIN);
    writeFileSync(join(folder, 'page-host.ts'), PAGE_HOST);
    const options = { target: 'ES2023', module: 'NodeNext', strict: true, skipLibCheck: true, types: ['node'] };
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true, lib: ['ES2023', 'DOM'] };
    const tsconfig = { compilerOptions: { ...options, ...decorators }, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'pipe' });

    const server = spawn(process.execPath, [join(folder, 'main.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
    const page = join(folder, 'page.js');
    writeFileSync(page, readFileSync(page, 'utf8').replace('localhost:3000', `127.0.0.1:${port}`));
    const browser = spawn(process.execPath, [join(folder, 'page-host.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(browser.stdout), 'line')) as [string];
    expect(line).toBe("{ text: 'hi' }");

    browser.kill();
    server.kill('SIGTERM');
    await Promise.all([once(server, 'exit'), once(browser, 'exit')]);
  }, 60_000);
});
