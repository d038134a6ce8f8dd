import type { Channel, Ear, Message } from './ear.js';

/** Opens one answer that goes on; the browser opens it again where it breaks. */
export function listen({ path, since }: Channel, ear: Ear, signal: AbortSignal): void {
  const source = new EventSource(`${path}/events?since=${since.epoch}:${since.offset}`);
  source.addEventListener('open', () => ear.connected(true));
  source.addEventListener('error', () => ear.connected(false));
  source.addEventListener('message', ({ data }) => ear.hear(JSON.parse(data as string) as Message));
  signal.addEventListener('abort', () => source.close());
}
