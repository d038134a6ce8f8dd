import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Person } from './people.js';

/** Keeps what the page takes of camera, microphone and network, to see whether it is given back. */
export function keepWhatIsTaken(): void {
  const taken = { tracks: [] as MediaStreamTrack[], connections: [] as RTCPeerConnection[] };
  Object.assign(window, { taken });
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    taken.tracks.push(...stream.getTracks());
    return stream;
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      taken.connections.push(this);
    }
  };
}

/** While it is `losing`, the page hears of no offers, answers and addresses, as if the server had died before it told them. */
export function keepSignalsOut(): void {
  const state = window as unknown as { losing?: boolean; lost(): void };
  const { get } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data')!;
  Object.defineProperty(MessageEvent.prototype, 'data', {
    get(this: MessageEvent): unknown {
      const text: unknown = get!.call(this);
      if (!state.losing || typeof text !== 'string' || !/"(description|candidate)"/.test(text)) return text;
      state.lost();
      const { room, offset } = JSON.parse(text) as { room: string; offset: number };
      return JSON.stringify({ op: 'skip', room, offset });
    },
  });
}

export async function joins({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Join the call' }).click();
}

export async function presses({ page }: Person, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
}

/** Waits until the page says this of the call. */
export async function reads({ page }: Person, words: string | RegExp): Promise<void> {
  await page.locator('#call-words').filter({ hasText: words }).waitFor();
}

/** Waits until further pictures of the other have been decoded, and until what is to be seen has changed. */
export async function seesTheOtherMove({ page }: Person): Promise<void> {
  await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('#other')?.videoWidth);
  const look = () => {
    const video = document.querySelector<HTMLVideoElement>('#other')!;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 36];
    const context = canvas.getContext('2d')!;
    context.drawImage(video, 0, 0, 64, 36);
    const picture = context.getImageData(0, 0, 64, 36).data.join();
    return { picture, frames: video.getVideoPlaybackQuality().totalVideoFrames };
  };
  const before = await page.evaluate(look);
  await page.waitForFunction(
    ([frames]) =>
      document.querySelector<HTMLVideoElement>('#other')!.getVideoPlaybackQuality().totalVideoFrames > frames + 5,
    [before.frames] as const,
  );
  expect((await page.evaluate(look)).picture).not.toBe(before.picture);
}

async function packets(page: Page, kind: 'sound' | 'picture'): Promise<number> {
  const text = await page.locator(`#${kind} td`).first().innerText();
  return Number(text.replaceAll(',', ''));
}

/** Waits until further packets have come. */
export async function receives({ page }: Person, kind: 'sound' | 'picture'): Promise<void> {
  const before = (await packets(page, kind)) || 0;
  await page.waitForFunction(
    ([kind, before]) => Number(document.querySelector(`#${kind} td`)!.textContent.replaceAll(',', '')) > before,
    [kind, before] as const,
  );
}

/** Waits until the page shows how long both ways take. */
export async function measures({ page }: Person): Promise<{ tcp: number; udp: number }> {
  const found = await page.waitForFunction(() => {
    const [tcp, udp] = ['tcp', 'udp'].map((id) =>
      Number.parseFloat(document.querySelector(`#${id} .last`)!.textContent),
    );
    return Number.isFinite(tcp) && Number.isFinite(udp) && { tcp: tcp!, udp: udp! };
  });
  return (await found.jsonValue()) as { tcp: number; udp: number };
}

/** What the page has taken and not given back. */
export function taken({ page }: Person): Promise<{ tracks: string[]; connections: string[] }> {
  return page.evaluate(() => {
    const { tracks, connections } = (
      window as unknown as { taken: { tracks: MediaStreamTrack[]; connections: RTCPeerConnection[] } }
    ).taken;
    return {
      tracks: tracks.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind),
      connections: connections.map(({ connectionState }) => connectionState).filter((state) => state !== 'closed'),
    };
  });
}
