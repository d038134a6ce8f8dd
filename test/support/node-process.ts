import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { repository } from './run-tool.js';

/** Lines of what a process has said that are kept, to tell why it failed. */
const KEPT = 200;

/** A Nest app as a process of its own, run from its TypeScript; its first line is the port that it listens on. */
export class NodeProcess {
  /** The last lines that it has said. */
  readonly said: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly ended: Promise<unknown>,
  ) {}

  port = 0;

  /** @param app path of its main file, from the repository's folder */
  static async start(app: string, env: NodeJS.ProcessEnv): Promise<NodeProcess> {
    const child = spawn(process.execPath, ['--import', './test/support/typescript.mjs', app], {
      cwd: repository,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const node = new NodeProcess(child, once(child, 'exit'));
    const listening = new Promise<string>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          node.said.push(line);
          if (node.said.length > KEPT) node.said.shift();
          if (/^\d+$/.test(line)) resolve(line);
        });
      }
      child.once('exit', () => reject(new Error(`${app} did not start:\n${node.said.join('\n')}`)));
    });
    node.port = Number(await listening);
    return node;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Ends it: `SIGTERM` in order, `SIGKILL` as a crash. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}
