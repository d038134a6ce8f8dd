import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { RoostClient, type ClientRoom } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import type { ChatContract } from '../../sample-app/src/chat/chat.contract.js';
import type { FeedContract } from '../../sample-app/src/feed/feed.contract.js';
import type { GameContract } from '../../sample-app/src/game/game.contract.js';
import { FAKE_DEVICES, openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(60_000);

/** Where the pictures go, to be looked at by people: `ROOST_SCREENSHOTS`, or a folder that is told. */
const given = process.env['ROOST_SCREENSHOTS'];
const folder = given ?? mkdtempSync(join(tmpdir(), 'roost-look-'));

const desk: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

const TALK: readonly (readonly [name: string, text: string])[] = [
  ['Wendelin', 'Morning! Two redstarts on the fence already.'],
  ['Ada', 'Morning. Jealous, here it is only the neighbour’s cat.'],
  ['Ada', 'And it looks very pleased with itself.'],
  [
    'Brave Heron 12',
    'Did anybody see the starlings last night? They turned the sky over the harbour into one moving thing, for twenty minutes, and all of a sudden every one of them was in the reeds and it was quiet.',
  ],
  ['Wendelin', 'No! Where was that?'],
  ['Brave Heron 12', 'By the old jetty, about half past seven. I would try tonight: it is the right week for it.'],
  ['Mirja Ötökkä', 'Ναι! Bis später — и возьмите бинокль.'],
  ['Ada', 'https://example.org/a/very/long/address/that/nobody/would/type/by/hand/but/must/not/break/the/page'],
];

let app: SampleApp;
let browser: Browser;
/** Others' connections, which end with each test. */
const clients: RoostClient[] = [];

function connect(nickname: string): RoostClient {
  const client = new RoostClient(`${app.url.replace('http', 'ws')}/ws`, { auth: { nickname }, WebSocket });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  if (given === undefined) process.stdout.write(`Pictures of the sample app: ${folder}\n`);
  [app, browser] = await Promise.all([startSampleApp(), openBrowser(...FAKE_DEVICES)]);
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

/** Others who talk in a channel, and can be asked to say more. */
class Others {
  readonly #rooms = new Map<string, ClientRoom<ChatContract>>();

  constructor(channel: string) {
    for (const [nickname] of TALK) {
      if (this.#rooms.has(nickname)) continue;
      this.#rooms.set(nickname, connect(nickname).join<ChatContract>(`chat/${channel}`));
    }
  }

  async say(name: string, text: string): Promise<void> {
    await this.#rooms.get(name)?.send('say', { text });
  }
}

async function takePicture(page: Page, name: string): Promise<void> {
  // Until what falls, fades or slides has done so.
  await page.evaluate(async () => {
    const finite = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
    // One that was cut short is over, too.
    await Promise.allSettled(finite.map(({ finished }) => finished));
  });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Nothing is wider than the screen. */
async function mustFit(page: Page): Promise<void> {
  const excess = () =>
    [document.documentElement, document.querySelector('#page')!].map(({ scrollWidth }) => scrollWidth - innerWidth);
  expect(Math.max(...(await page.evaluate(excess)))).toBeLessThanOrEqual(0);
}

describe.each([
  ['desk', desk, 'light', 'general'],
  ['desk', desk, 'dark', 'music'],
  ['phone', phone, 'light', 'birds'],
  ['phone', phone, 'dark', 'help'],
] as const)('On a %s', (screen, options, colorScheme, channel) => {
  it(`looks as it should, ${colorScheme}`, async () => {
    const others = new Others(channel);
    for (const [name, text] of TALK) await others.say(name, text);
    const me = await Person.comes(browser, `${app.url}/channel/games`, 'Grace', { ...options, colorScheme });
    const { page } = me;
    const picture = (name: string) => takePicture(page, `${screen}-${colorScheme}-${name}`);
    await page.getByText('Nobody has said anything here yet').waitFor();
    await picture('empty');
    await me.visits(channel);
    await me.says('I am in. Half past seven at the jetty?');
    await me.says('With tea.');
    await me.seesPeople('Grace', ...new Set(TALK.map(([name]) => name)));
    await picture('chat');
    await mustFit(page);

    await me.writes('x'.repeat(501));
    await page.locator('#refusal').getByText('too long').waitFor();
    await picture('refused');
    await page.getByLabel('Message', { exact: true }).fill('');

    await page.locator('#me').click();
    await page.locator('#account').waitFor();
    await picture('name');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Cut my connection' }).click();
    await me.status('You cut it');
    await me.writes('Can you hear me?');
    await page.locator('#lines .pending').getByText('waiting').waitFor();
    await picture('cut');
    await others.say('Wendelin', 'Bring gloves, it will be cold by then.');
    await me.reconnects();
    await me.status('Back');
    await picture('back');
    me.mustBeContent();
    await me.leaves();
  });

  it(`has a feed and a game that look as they should, ${colorScheme}`, async () => {
    const names = [...new Set(TALK.map(([name]) => name))];
    const flights = names.map((nickname, i) => {
      const client = connect(nickname);
      client.join<FeedContract>(`feed/${channel}`);
      const game = client.join<GameContract>(`game/${channel}`);
      return game.send('fly', { x: 0.1 + 0.8 * (i / names.length), y: 0.3 + 0.4 * (i % 2) });
    });
    await Promise.all(flights);
    const screenOptions = { ...options, colorScheme };
    const viewer = await Person.comes(browser, `${app.url}/feed/${channel}`, 'Grace', screenOptions);
    await viewer.seesPeople('Grace', ...names);
    await viewer.page.locator('#round').getByText('takes round').waitFor();
    await takePicture(viewer.page, `${screen}-${colorScheme}-feed`);
    await mustFit(viewer.page);
    await viewer.leaves();

    const player = await Person.comes(browser, `${app.url}/game/${channel}`, 'Grace', screenOptions);
    for (const name of ['Grace', ...names]) {
      await player.page.locator('#flock li').getByText(name, { exact: true }).waitFor();
    }
    await takePicture(player.page, `${screen}-${colorScheme}-game`);
    await mustFit(player.page);
    await player.leaves();
    for (const person of [viewer, player]) person.mustBeContent();
  });
});

describe.each([
  ['desk', desk, 'light', 'treetop'],
  ['desk', desk, 'dark', 'chimney'],
  ['phone', phone, 'light', 'hedge'],
  ['phone', phone, 'dark', 'reeds'],
] as const)('A call on a %s', (screen, options, colorScheme, name) => {
  const people: Person[] = [];

  afterEach(async () => {
    await Promise.all(people.splice(0).map((person) => person.leaves()));
  });

  it(`looks as it should, ${colorScheme}`, async () => {
    const url = `${app.url}/call/${name}`;
    const [grace, ada] = await Promise.all([
      Person.comes(browser, url, 'Grace', { ...options, colorScheme }),
      Person.comes(browser, url, 'Ada'),
    ]);
    people.push(grace, ada);
    const { page } = grace;
    const picture = async (name: string) => {
      await takePicture(page, `${screen}-${colorScheme}-${name}`);
      await mustFit(page);
    };
    const places = () =>
      page.evaluate(() =>
        ['.screen', '#controls', '.ways', '.trips', '.why'].map((place) => {
          const { top, height } = document.querySelector(place)!.getBoundingClientRect();
          return `${place}: ${top}, ${height}`;
        }),
      );
    await picture('call-before');
    const before = await places();
    const join = { name: 'Join the call' };
    await page.getByRole('button', join).click();
    await page.getByText('You are alone in this call').waitFor();
    await picture('call-alone');
    await ada.page.getByRole('button', join).click();
    await ada.page.getByRole('button', { name: 'Camera off' }).click();
    await page.getByText('Ada has turned off the camera').waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('#other')?.videoWidth);
    await page.getByRole('button', { name: 'Camera off' }).click();
    // Some answers, so that there is something to plot.
    await page.waitForFunction(() => /of \d\d/.test(document.querySelector('#udp dl')!.textContent));
    await picture('call');
    // Nothing is moved by what comes.
    expect(await places()).toEqual(before);
    for (const person of people) person.mustBeContent();
  });
});
