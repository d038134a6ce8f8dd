import { signal } from '@preact/signals';
import type { ClientRoom } from 'nestjs-roost/client';
import type { HandshakeContract } from '../../src/handshake/handshake.contract.js';

/** Milliseconds between two waves. */
const WAVE = 2_000;

/** Sends something every now and then, so that frames go both ways at once. */
export class Waves {
  readonly wanted = signal(true);
  /** Why the last one was refused, in words. */
  readonly fault = signal('');
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param room where to; none while there is no connection */
  send(room: ClientRoom<HandshakeContract> | undefined): void {
    clearInterval(this.#timer);
    if (room !== undefined) this.#timer = setInterval(() => void this.#wave(room), WAVE);
  }

  async #wave(room: ClientRoom<HandshakeContract>): Promise<void> {
    if (!this.wanted.value || document.hidden) return;
    try {
      await room.send('wave', { text: '👋' });
      this.fault.value = '';
    } catch (error) {
      this.fault.value = error instanceof Error ? error.message : String(error);
    }
  }
}
