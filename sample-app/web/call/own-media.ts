import { signal } from '@preact/signals';
import type { Shows } from '../../src/call/call.contract.js';
import { BirdPicture } from './bird-picture.js';

type Device = 'camera' | 'microphone';

const CONSTRAINTS: Readonly<Record<Device, MediaStreamConstraints>> = {
  camera: { video: { width: { ideal: 640 }, height: { ideal: 360 } } },
  microphone: { audio: true },
};

/** What a person lets be seen and heard: camera and microphone, or, where there is no picture, their bird. */
export class OwnMedia {
  /** The page's own view; what is sent follows it, track by track. */
  readonly stream = new MediaStream();
  readonly shows = signal<Shows>({ sound: false, camera: false });
  /** Whether the browser is asking the person. */
  readonly asking = signal(false);
  /** What the browser did not give, and what that means. */
  readonly refusal = signal<string | undefined>(undefined);
  readonly #bird: BirdPicture;
  readonly #onTrack: (track: MediaStreamTrack) => void;
  #closed = false;

  /**
   * @param name whose bird it is
   * @param onTrack a track has taken the place of the one of its kind
   */
  constructor(name: string, onTrack: (track: MediaStreamTrack) => void) {
    this.#bird = new BirdPicture(name);
    this.#onTrack = onTrack;
    this.stream.addTrack(this.#bird.track);
  }

  /** Asks for camera and microphone. What is not given is done without, and told. */
  async open(): Promise<void> {
    await this.#ask(['camera', 'microphone']);
  }

  /** Mutes the microphone, or asks for it where it is not there. */
  async toggleSound(): Promise<void> {
    const [track] = this.stream.getAudioTracks();
    if (track === undefined) return this.#ask(['microphone']);
    track.enabled = !track.enabled;
    this.#changed();
  }

  /** Turns the camera off, and its light with it; or asks for it. */
  async toggleCamera(): Promise<void> {
    if (!this.shows.value.camera) return this.#ask(['camera']);
    this.#take(this.#bird.track);
  }

  close(): void {
    this.#closed = true;
    this.#bird.close();
    for (const track of this.stream.getTracks()) track.stop();
  }

  async #ask(devices: readonly Device[]): Promise<void> {
    this.asking.value = true;
    const { tracks, missing, reason } = await given(devices);
    this.asking.value = false;
    if (this.#closed) {
      for (const track of tracks) track.stop();
      return;
    }
    for (const track of tracks) {
      // A device is taken out, or the permission is taken back.
      track.addEventListener('ended', () => this.#lose(track));
      this.#take(track);
    }
    this.refusal.value = missing.length > 0 ? `${why(missing, reason)} ${consequence(missing)}` : undefined;
  }

  #take(track: MediaStreamTrack): void {
    for (const other of this.stream.getTracks()) {
      if (other.kind !== track.kind || other === track) continue;
      this.stream.removeTrack(other);
      if (other !== this.#bird.track) other.stop();
    }
    this.stream.addTrack(track);
    this.#onTrack(track);
    this.#changed();
  }

  #lose(track: MediaStreamTrack): void {
    if (this.#closed || !this.stream.getTracks().includes(track)) return;
    const device = track.kind === 'video' ? 'camera' : 'microphone';
    if (device === 'camera') this.#take(this.#bird.track);
    else this.stream.removeTrack(track);
    this.#changed();
    this.refusal.value = `Your ${device} is gone. ${consequence([device])}`;
  }

  #changed(): void {
    const [sound] = this.stream.getAudioTracks();
    this.shows.value = {
      sound: sound?.enabled ?? false,
      camera: !this.stream.getTracks().includes(this.#bird.track),
    };
  }
}

interface Given {
  readonly tracks: readonly MediaStreamTrack[];
  readonly missing: readonly Device[];
  /** Name of the browser's error, where something is missing. */
  readonly reason: string;
}

/** Asks once for all; where that fails for want of one of them, for each by itself. */
async function given(devices: readonly Device[]): Promise<Given> {
  // To pages that could have been changed on their way browsers do not even offer it, whatever its type says.
  if ((navigator.mediaDevices as MediaDevices | undefined) === undefined) {
    return { tracks: [], missing: devices, reason: 'InsecureContext' };
  }
  try {
    const constraints = Object.assign({}, ...devices.map((device) => CONSTRAINTS[device])) as MediaStreamConstraints;
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    return { tracks: stream.getTracks(), missing: [], reason: '' };
  } catch (error) {
    const reason = error instanceof DOMException ? error.name : '';
    if (devices.length === 1 || reason === 'NotAllowedError') return { tracks: [], missing: devices, reason };
  }
  const each = [];
  for (const device of devices) each.push(await given([device]));
  return {
    tracks: each.flatMap(({ tracks }) => tracks),
    missing: each.flatMap(({ missing }) => missing),
    reason: each.find(({ missing }) => missing.length > 0)?.reason ?? '',
  };
}

function why(missing: readonly Device[], reason: string): string {
  const either = missing.join(' or ');
  switch (reason) {
    case 'InsecureContext':
      return `Browsers give ${either} only to pages that come by HTTPS or from this machine.`;
    case 'NotAllowedError':
      return `This page may not use your ${missing.join(' and ')}; your browser lets you change that beside the address.`;
    case 'NotFoundError':
      return `Your machine has no ${either}.`;
    case 'NotReadableError':
    case 'AbortError':
      return `Your ${missing.join(' and ')} cannot be used; perhaps another program has it.`;
    default:
      return `Your browser does not give your ${missing.join(' and ')}${reason && ` (${reason})`}.`;
  }
}

function consequence(missing: readonly Device[]): string {
  const parts = [
    ...(missing.includes('camera') ? ['seen as your bird'] : []),
    ...(missing.includes('microphone') ? ['not heard'] : []),
  ];
  return `You are ${parts.join(' and ')}.`;
}
