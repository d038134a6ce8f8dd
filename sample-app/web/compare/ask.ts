import type { HistoryPage, Position } from 'nestjs-roost/client';
import type { Ear, Message } from './ear.js';

/** Asks for what was said since a position, and says where it is then; nothing where there was no answer. */
export async function ask(
  path: string,
  { epoch, offset }: Position,
  ear: Ear,
  signal: AbortSignal,
): Promise<Position | undefined> {
  try {
    const response = await fetch(`${path}?since=${epoch}:${offset}`, { signal });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    const page = (await response.json()) as HistoryPage;
    ear.connected(true);
    for (const message of page.messages) ear.hear(message as Message);
    return { epoch, offset: page.messages.at(-1)?.offset ?? offset };
  } catch {
    if (!signal.aborted) ear.connected(false);
    return undefined;
  }
}

/** Waits so many milliseconds, or until it is called off. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
