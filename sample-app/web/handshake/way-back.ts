import { signal } from '@preact/signals';
import type { ClientRoom } from 'nestjs-roost/client';
import type { HandshakeContract, RoomPosition } from '../../src/handshake/handshake.contract.js';
import type { Recorder } from '../inspector/recorder.js';
import { resumesIn, type Resume } from '../inspector/resumes.js';

/** Milliseconds between two looks at the room while the page is cut off. */
const LOOK = 500;

/** What is known while the page is cut off. */
export interface CutOff {
  /** The last entry that this page has. */
  readonly reached: number;
  /** Where the room has got to, once that is known. */
  readonly top: number | undefined;
}

/** What is missed during a cut, and how it comes. */
export class WayBack {
  readonly cutOff = signal<CutOff | undefined>(undefined);
  /** The last way back, whole: frames are forgotten in time, this is not. */
  readonly resume = signal<Resume | undefined>(undefined);
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly name: string,
    private readonly recorder: Recorder,
  ) {
    recorder.onFrame(() => this.#read());
  }

  /** @param away whether the page is cut off */
  follow(away: boolean, room: ClientRoom<HandshakeContract>): void {
    clearInterval(this.#looking);
    if (!away) {
      this.cutOff.value = undefined;
      return;
    }
    this.cutOff.value ??= { reached: room.position?.offset ?? 0, top: undefined };
    this.resume.value = undefined;
    void this.#look();
    this.#looking = setInterval(() => void this.#look(), LOOK);
  }

  #read(): void {
    const told = this.resume.value;
    if (told?.rooms.every(({ top }) => top !== undefined)) return;
    const last = resumesIn(this.recorder.frames).at(-1);
    if (last !== undefined && this.cutOff.value === undefined) this.resume.value = last;
  }

  /** Asks over HTTP: there is no other way at that moment. */
  async #look(): Promise<void> {
    try {
      const answer = await fetch(`/api/handshake/${encodeURIComponent(this.name)}/position`);
      if (!answer.ok) return;
      const { offset } = (await answer.json()) as RoomPosition;
      if (this.cutOff.value) this.cutOff.value = { ...this.cutOff.value, top: offset };
    } catch {
      // The server may be what is gone: the line goes on without the number.
    }
  }
}
