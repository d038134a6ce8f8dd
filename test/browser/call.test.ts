import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import {
  joins,
  keepSignalsOut,
  keepWhatIsTaken,
  measures,
  presses,
  reads,
  receives,
  refuseOnce,
  seesTheOtherMove,
  taken,
} from './support/caller.js';
import { FAKE_DEVICES, openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';
import { Wire } from './support/wire.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
/** Who is there for one test. */
const guests: Person[] = [];
/** Who people are outlives the server. */
let folder: string;

/** People come by this: its address stays while the server is another. */
let wire: Wire;

function start(): Promise<SampleApp> {
  return startSampleApp({ ROOST_SAMPLE_DATABASE: join(folder, 'roost.db') });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roost-call-'));
  [app, browser] = await Promise.all([start(), openBrowser(...FAKE_DEVICES)]);
  wire = await Wire.to(app.port);
});

afterEach(async () => {
  const gone = guests.splice(0);
  await Promise.all(gone.map((person) => person.leaves()));
  for (const person of gone) person.mustBeContent();
});

afterAll(async () => {
  await browser.close();
  await wire.close();
  await app.stop();
  await rm(folder, { recursive: true });
});

async function comes(nickname: string, call: string): Promise<Person> {
  const person = await Person.comes(browser, `${wire.url}/call/${call}`, nickname);
  await person.page.evaluate(keepWhatIsTaken);
  return person;
}

/** Both join at once. */
async function talk(ada: Person, ben: Person): Promise<void> {
  await Promise.all([joins(ada), joins(ben)]);
  await Promise.all([reads(ada, /^You are in a call with Ben/), reads(ben, /^You are in a call with Ada/)]);
}

async function comeBoth(call: string): Promise<[ada: Person, ben: Person]> {
  return Promise.all([comes('Ada', call), comes('Ben', call)]);
}

/** Each test leaves the two in their call, as it found them; but for the last one. */
describe('A call of two', () => {
  let ada: Person;
  let ben: Person;
  let both: readonly Person[];

  beforeAll(async () => {
    [ada, ben] = both = await comeBoth('two');
    await talk(ada, ben);
  });

  afterEach(() => {
    for (const person of both) person.mustBeContent();
  });

  afterAll(async () => {
    await Promise.all(both.map((person) => person.leaves()));
  });

  it('lets both see and hear each other, and shows how long both ways take', async () => {
    await Promise.all(
      both.map(async (person) => {
        await seesTheOtherMove(person);
        await receives(person, 'sound');
        await receives(person, 'picture');
        const { tcp, udp } = await measures(person);
        expect(tcp).toBeGreaterThan(0);
        expect(udp).toBeGreaterThan(0);
        await person.page.locator('#udp .manner').getByText('udp, host to host').waitFor();
        expect(await taken(person)).toMatchObject({ tracks: ['audio', 'video'], connections: ['connected'] });
      }),
    );
  });

  it('tells the other of a muted microphone and a camera that is off, and shows a bird instead', async () => {
    await presses(ben, 'Mute');
    await reads(ada, 'Ben has turned off the microphone.');
    await presses(ben, 'Camera off');
    await reads(ada, 'Ben has turned off the microphone and the camera.');
    // The light goes off, too.
    expect((await taken(ben)).tracks).toEqual(['audio']);
    await seesTheOtherMove(ada);
    await presses(ben, 'Camera on');
    await presses(ben, 'Unmute');
    await reads(ada, /^You are in a call with Ben\.$/);
  });

  it('goes on while signalling is cut, and signals what came to pass meanwhile', async () => {
    const { connections } = await taken(ada);
    await presses(ada, 'Cut my signalling');
    await reads(ada, 'Signalling is cut; sound and picture go on');
    await reads(ben, 'Ada, whose signalling is cut');
    await presses(ben, 'Camera off');
    // All at once: what was cut comes back by itself after a while.
    await Promise.all(both.flatMap((person) => [receives(person, 'sound'), receives(person, 'picture')]));
    await ada.reconnects();
    await reads(ada, 'Ben has turned off the camera');
    await presses(ben, 'Camera on');
    await Promise.all([reads(ada, /^You are in a call with Ben\.$/), reads(ben, /^You are in a call with Ada\.$/)]);
    // No more connections than the one that each had.
    for (const person of both) expect((await taken(person)).connections).toEqual(connections);
  });

  it('goes on while the server is restarted, and tells afterwards what got lost with it', async () => {
    await app.stop();
    await Promise.all(both.map((person) => reads(person, 'Signalling is cut')));
    await Promise.all(both.map((person) => receives(person, 'picture')));
    app = await start();
    wire.leadTo(app.port);
    await ben.reconnects();
    await ben.status('Online');
    // Nobody hears of it yet.
    await presses(ben, 'Camera off');
    await ada.reconnects();
    await reads(ada, 'Ben has turned off the camera');
    await presses(ben, 'Camera on');
    await Promise.all([reads(ada, /^You are in a call with Ben\.$/), reads(ben, /^You are in a call with Ada\.$/)]);
    for (const person of both) {
      expect((await taken(person)).connections).toEqual(['connected']);
      // Of attempts to connect to a server that is not there.
      person.complaints.length = 0;
    }
  });

  it('ends on both sides, and gives back camera, microphone and connection', async () => {
    await presses(ben, 'Hang up');
    await reads(ben, 'You have hung up');
    await reads(ada, 'Ben has hung up');
    expect(await taken(ben)).toEqual({ tracks: [], connections: [] });
    expect(await taken(ada)).toEqual({ tracks: ['audio', 'video'], connections: [] });
    await presses(ada, 'Hang up');
    expect(await taken(ada)).toEqual({ tracks: [], connections: [] });
    await ada.page.locator('#people li').first().waitFor({ state: 'detached' });
    await talk(ada, ben);
  });

  it('refuses a third in words, until there is room', async () => {
    const eve = await comes('Eve', 'two');
    guests.push(eve);
    await joins(eve);
    await reads(eve, 'Two are in this call already');
    expect(await taken(eve)).toEqual({ tracks: [], connections: [] });
    await presses(ben, 'Hang up');
    await reads(ada, 'Ben has hung up');
    await joins(eve);
    await reads(ada, 'in a call with Eve');
    await seesTheOtherMove(ada);
    await presses(eve, 'Hang up');
    await reads(ada, 'Eve has hung up');
    await joins(ben);
    await reads(ada, /^You are in a call with Ben/);
  });

  it('says so when nothing comes from the other any more', async () => {
    const crash = ben.page.waitForEvent('crash');
    // No goodbye, neither to the server nor to the other.
    void ben.page.goto('chrome://crash').catch(() => {});
    await crash;
    await reads(ada, /Nothing comes from Ben any more|The way to Ben is lost/);
  });
});

describe('The call', () => {
  it('does without what a person or a machine does not give', async () => {
    const [ada, ben] = await comeBoth('without');
    guests.push(ada, ben);
    await ada.page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const getUserMedia = devices.getUserMedia.bind(devices);
      devices.getUserMedia = (constraints) =>
        constraints?.video ? Promise.reject(new DOMException('', 'NotFoundError')) : getUserMedia(constraints);
    });
    await ben.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await Promise.all([joins(ada), joins(ben)]);
    await ada.page.locator('#refusal').getByText('Your machine has no camera. You are seen as your bird.').waitFor();
    await ben.page.locator('#refusal').getByText('You are seen as your bird and not heard').waitFor();
    await reads(ada, 'Ben has turned off the microphone and the camera');
    await reads(ben, 'Ada has turned off the camera');
    await Promise.all([seesTheOtherMove(ada), seesTheOtherMove(ben), receives(ben, 'sound')]);
  });

  it('finds its way although the server dies in the middle of an offer', async () => {
    const [ada, ben] = await comeBoth('lost');
    guests.push(ada, ben);
    let tell = (): void => {};
    for (const { page } of guests) {
      await page.exposeFunction('lost', () => tell());
      await page.evaluate(keepSignalsOut);
    }
    const losesSignals = async (ask: () => Promise<unknown>) => {
      const lost = new Promise<void>((resolve) => (tell = resolve));
      await Promise.all(guests.map(({ page }) => page.evaluate(() => Object.assign(window, { losing: true }))));
      await ask();
      await lost;
      await app.stop();
      app = await start();
      wire.leadTo(app.port);
      await Promise.all(guests.map(({ page }) => page.evaluate(() => Object.assign(window, { losing: false }))));
      await Promise.all(guests.map((person) => person.reconnects()));
      for (const person of guests) person.complaints.length = 0;
    };
    // Without sound on either side at first: it takes an offer to add it.
    for (const { page } of guests) await page.evaluate(refuseOnce);
    await losesSignals(() => Promise.all([joins(ada), joins(ben)]));
    await Promise.all([reads(ada, /^You are in a call with Ben/), reads(ben, /^You are in a call with Ada/)]);
    await losesSignals(() => presses(ben, 'Unmute'));
    await receives(ada, 'sound');
  });
});
