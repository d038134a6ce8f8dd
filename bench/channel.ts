import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process can be asked: each method takes one argument and answers with plain data. */
type Requests<R> = { readonly [K in keyof R]: (argument: never) => unknown };

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Milliseconds to wait for a reply: a process that hangs ends its measurement, not the benchmark. */
const PATIENCE = 60_000;
/** Milliseconds a process has to end when it is told to. */
const GOODBYE = 5_000;

/** Answers the questions of the process that started this one, until that lets go. */
export function answerQuestions<R extends Requests<R>>(requests: R): void {
  process.on('message', (message) => {
    const { id, name, argument } = message as Question;
    const method = (requests as unknown as Record<string, (argument: unknown) => unknown>)[name];
    Promise.resolve()
      .then(() => method?.(argument))
      .then(
        (value): Reply => ({ id, value }),
        (error: unknown): Reply => ({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
      )
      .then((reply) => process.send?.(reply))
      .catch(() => process.exit(1));
  });
  process.once('disconnect', () => process.exit());
}

/** A process of the benchmark's own, and the questions it answers. */
export class Child<R extends Requests<R>> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #questions = 0;
  /** What it wrote to its standard error. */
  #complaints = '';
  /** Why it is no longer there. */
  #ended: string | undefined;

  /**
   * @param script file name inside the compiled benchmarks
   * @param options given to the process as JSON text
   * @param flags of Node
   */
  constructor(
    readonly script: string,
    options: object,
    flags: readonly string[] = [],
  ) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#process = fork(path, [JSON.stringify(options)], {
      execArgv: [...flags],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
    this.#process.on('message', (message) => this.#settle(message as Reply));
    this.#process.once('close', (code, signal) => {
      const reason = reasonIn(this.#complaints);
      if (reason === undefined) process.stderr.write(this.#complaints);
      this.#gone(reason ?? `${script} ended with ${signal ?? code}`);
    });
    this.#process.once('error', (error) => this.#gone(error.message));
  }

  ask<K extends keyof R & string>(name: K, ...given: Parameters<R[K]>): Promise<Awaited<ReturnType<R[K]>>> {
    const id = ++this.#questions;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${this.script}: no answer to ${name} within ${PATIENCE / 1_000} s`));
      }, PATIENCE);
      const done = <A>(deliver: (value: A) => void) => {
        return (value: A): void => {
          clearTimeout(timer);
          deliver(value);
        };
      };
      this.#waiting.set(id, {
        resolve: done((value) => resolve(value as Awaited<ReturnType<R[K]>>)),
        reject: done(reject),
      });
      if (this.#ended !== undefined) this.#gone(this.#ended);
      else if (this.#process.connected) this.#process.send({ id, name, argument: given[0] } satisfies Question);
    });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), GOODBYE);
    await exited;
    clearTimeout(timer);
  }

  #settle({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }

  #gone(why: string): void {
    this.#ended = why;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(why));
  }
}

/** The error that a process ended with, as Node writes it. */
function reasonIn(complaints: string): string | undefined {
  return complaints.split('\n').find((line) => /^\w*Error\b/.test(line));
}
