import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const MAIN = new URL('../../../dist/sample-app/src/main.js', import.meta.url).pathname;

export interface SampleApp {
  /** Where it listens, as it has said. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts the sample app as `npm start` does, on a free port. It must be built. */
export async function startSampleApp(env: NodeJS.ProcessEnv = {}): Promise<SampleApp> {
  const child = spawnSampleApp({ PORT: '0', ...env });
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout! });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => undefined),
  ]);
  const url = first && /http:\/\/\S+/.exec(first)?.[0];
  if (!url) throw new Error(`the sample app did not start: ${first ?? ''}${said.join('')}`);
  return { url, port: Number(new URL(url).port), stop: () => stop(child) };
}

export function spawnSampleApp(env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [MAIN], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
