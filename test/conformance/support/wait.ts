import { firstValueFrom, type Observable } from 'rxjs';

const PATIENCE = 25_000;

/** Waits for something, and says what it was where it does not come. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited for ${what}`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The next value; subscribes at once. */
export function next<T>(values: Observable<T>, what: string): Promise<T> {
  return within(firstValueFrom(values), what);
}

/** Where handlers wait until the test lets them go on. */
export class Gate {
  #waiting: (() => void)[] = [];
  #open = false;
  #arrived = 0;
  #watchers: (() => void)[] = [];

  /** For the handler: settles when the gate is open. */
  pass(): Promise<void> {
    this.#arrived++;
    for (const watcher of this.#watchers.splice(0)) watcher();
    if (this.#open) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** For the test: settles when so many have come to the gate. */
  async reached(count = 1): Promise<void> {
    while (this.#arrived < count) {
      await within(
        new Promise<void>((resolve) => this.#watchers.push(resolve)),
        `${count} runs at the gate; there were ${this.#arrived}`,
      );
    }
  }

  /** Lets everybody through, from now on. */
  open(): void {
    this.#open = true;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Lets the one through that has waited longest. */
  openOne(): void {
    this.#waiting.shift()?.();
  }
}

/** Waits until something holds that no event tells of. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
