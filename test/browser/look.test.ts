import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { RoostClient, type ClientRoom } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import type { ChatContract } from '../../sample-app/src/chat/chat.contract.js';
import type { FeedContract } from '../../sample-app/src/feed/feed.contract.js';
import type { GameContract } from '../../sample-app/src/game/game.contract.js';
import { mustBeAccessible } from './support/axe.js';
import { FAKE_DEVICES, openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

/** Where the pictures go, to be looked at by people: `ROOST_SCREENSHOTS`. Without it none are taken. */
const folder = process.env['ROOST_SCREENSHOTS'];

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

/** Who talk, watch and fly, without a page of their own. */
const NAMES = [...new Set(TALK.map(([name]) => name))];

let app: SampleApp;
let browser: Browser;
/** The connection of each of them. */
let clients: ReadonlyMap<string, RoostClient>;
const people: Person[] = [];

beforeAll(async () => {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  [app, browser] = await Promise.all([startSampleApp(), openBrowser(...FAKE_DEVICES)]);
  const url = `${app.url.replace('http', 'ws')}/ws`;
  clients = new Map(NAMES.map((nickname) => [nickname, new RoostClient(url, { auth: { nickname }, WebSocket })]));
  const flights = [...clients.values()].map((client, i) => {
    client.join<FeedContract>('feed/harbour');
    client.join<ChatContract>(`chat/${['birds', 'general', 'birds', 'games'][i % 4]}`);
    const place = { x: 0.1 + 0.8 * (i / NAMES.length), y: 0.3 + 0.4 * (i % 2) };
    return client.join<GameContract>('game/meadow').send('fly', place);
  });
  await Promise.all(flights);
});

afterEach(async () => {
  const gone = people.splice(0);
  await Promise.all(gone.map((person) => person.leaves()));
  for (const person of gone) person.mustBeContent();
});

afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.close()));
  await browser.close();
  await app.stop();
});

/** Has the others come to a channel and talk there. */
async function talk(channel: string): Promise<ReadonlyMap<string, ClientRoom<ChatContract>>> {
  const rooms = new Map([...clients].map(([name, client]) => [name, client.join<ChatContract>(`chat/${channel}`)]));
  for (const [name, text] of TALK) await rooms.get(name)?.send('say', { text });
  return rooms;
}

async function takePicture(page: Page, name: string): Promise<void> {
  // Until what falls, fades or slides has done so.
  await page.evaluate(async () => {
    const finite = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
    // One that was cut short is over, too.
    await Promise.allSettled(finite.map(({ finished }) => finished));
  });
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Nothing is wider than the screen. */
async function mustFit(page: Page): Promise<void> {
  const excess = () =>
    [document.documentElement, document.querySelector('#page')!].map(({ scrollWidth }) => scrollWidth - innerWidth);
  expect(Math.max(...(await page.evaluate(excess)))).toBeLessThanOrEqual(0);
}

/** Pictures with something that no other has: in both colours everybody has to be able to read it. */
const READ: ReadonlySet<string> = new Set(
  'directory chat refused name person settings timed-out feed game compare'.split(' '),
);

/** Takes a picture in light and in dark colours. */
async function takePictures(page: Page, screen: string, name: string): Promise<void> {
  await mustFit(page);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await takePicture(page, `${screen}-${colorScheme}-${name}`);
    if (screen === 'desk' && READ.has(name)) await mustBeAccessible(page);
  }
}

describe.each([
  ['desk', desk, 'Grace', 'help', 'jetty'],
  ['phone', phone, 'Edith', 'music', 'pier'],
] as const)('On a %s, light and dark', (screen, options, name, channel, own) => {
  const picture = ({ page }: Person, of: string) => takePictures(page, screen, of);

  it('the directory and the chat look as they should', async () => {
    const me = await Person.comes(browser, `${app.url}/`, name, options);
    people.push(me);
    const { page } = me;
    await page.locator('[data-channel=birds] .viewers b').getByText('2', { exact: true }).waitFor();
    await picture(me, 'directory');

    const others = await talk(channel);
    await page.goto(`${app.url}/channel/${own}`);
    await me.status('Online');
    await page.getByText('Nobody has said anything here yet').waitFor();
    await picture(me, 'empty');
    await me.visits(channel);
    await me.says('I am in. Half past seven at the jetty?');
    await me.writes('With tea. :party:');
    await me.sees('With tea.');
    await me.seesPeople(name, ...NAMES);
    await picture(me, 'chat');

    await me.writes('x'.repeat(501));
    await page.locator('#refusal').getByText('too long').waitFor();
    await picture(me, 'refused');
    await page.getByLabel('Message', { exact: true }).fill('');

    await page.locator('#me').click();
    await page.locator('#account').waitFor();
    await picture(me, 'name');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Cut my connection' }).click();
    await me.status('You cut it');
    await me.writes('Can you hear me?');
    await page.locator('#lines .pending').getByText('waiting').waitFor();
    await picture(me, 'cut');
    await others.get('Wendelin')?.send('say', { text: 'Bring gloves, it will be cold by then.' });
    await me.reconnects();
    await me.status('Back');
    await picture(me, 'back');
  });

  it('moderation looks as it should, to who moderates and to who is moderated', async () => {
    const owner = await Person.signsUp(browser, `${app.url}/`, `${name} H`, options);
    const data = { name: own, topic: 'Who sits on the posts today' };
    expect((await owner.page.request.post(`${app.url}/api/channels`, { data })).status()).toBe(201);
    await talk(own);
    const url = `${app.url}/channel/${own}`;
    const [gull] = await Promise.all([Person.comes(browser, url, 'Loud Gull 33', options), owner.page.goto(url)]);
    people.push(owner, gull);
    await owner.status('Online');
    await gull.says('CHIPS! Fresh chips at www.chips.example!');
    await gull.writes('Chips? @Wendelin :egg:');
    await owner.sees('Chips? @Wendelin');
    await owner.page.locator('#lines button.name').last().click();
    await owner.page.locator('#person').waitFor();
    await owner.page.getByLabel('Reason').fill('no more chips');
    await picture(owner, 'person');
    await owner.page.getByRole('button', { name: 'Time out for 10 min' }).click();
    await owner.page.getByRole('button', { name: 'Remove message' }).last().click();
    await owner.page.locator('#settings-button').click();
    await owner.page.getByLabel('Slow mode').selectOption('30');
    await picture(owner, 'settings');
    await owner.page.keyboard.press('Escape');
    await owner.page.locator('#here-button').click();
    await owner.page.locator('#here-list').waitFor();
    await picture(owner, 'people');
    await owner.page.keyboard.press('Escape');
    await picture(owner, 'moderated');
    await gull.page.locator('#modes').getByText('Slow mode, 30 s').waitFor();
    await picture(gull, 'timed-out');

    await owner.page.goto(`${app.url}/operations`);
    await owner.page.locator('.table tbody tr').first().waitFor();
    await picture(owner, 'operations');
  });

  it('the other pages look as they should', async () => {
    const me = await Person.comes(browser, `${app.url}/feed`, name, options);
    people.push(me);
    const { page } = me;
    await page.locator('#round').getByText('is on').waitFor();
    await me.seesPeople(name, ...NAMES);
    await picture(me, 'feed');

    await page.goto(`${app.url}/game`);
    for (const bird of [name, ...NAMES]) {
      await page.locator('#flock li').getByText(bird, { exact: true }).waitFor();
    }
    await picture(me, 'game');

    await page.goto(`${app.url}/handshake`);
    await page.locator('.frame').nth(5).waitFor();
    await picture(me, 'handshake');

    await page.goto(`${app.url}/compare`);
    await page
      .locator('.card[data-way=polling] dd')
      .getByText(/^[1-9]\d*$/)
      .nth(1)
      .waitFor();
    await picture(me, 'compare');
  });
});

describe.each([
  ['desk', desk, 'treetop'],
  ['phone', phone, 'hedge'],
] as const)('A call on a %s', (screen, options, name) => {
  it('looks as it should', async () => {
    const url = `${app.url}/call/${name}`;
    const [grace, ada] = await Promise.all([
      Person.comes(browser, url, 'Grace', options),
      Person.comes(browser, url, 'Ada'),
    ]);
    people.push(grace, ada);
    const { page } = grace;
    const picture = (what: string) => takePictures(page, screen, what);
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
  });
});

it.each([320, 359, 360, 821, 1_100, 1_280])(
  'The longest words and figures of the two ways of a call find room on a page %i pixels wide',
  async (width) => {
    const grace = await Person.comes(browser, `${app.url}/call/words`, 'Grace', { viewport: { width, height: 800 } });
    people.push(grace);
    const { page } = grace;
    const height = () => page.locator('.ways').evaluate((ways) => ways.getBoundingClientRect().height);
    const before = await height();
    await page.locator('.ways').evaluate((ways) => {
      for (const way of ways.querySelectorAll('.way')) {
        way.querySelector('.manner')!.textContent = 'Straight. ICE’s own checks: 12,345 ms, udp, srflx to prflx.';
        const figures = [...way.querySelectorAll('.last, dd')];
        for (const figure of figures) figure.textContent = '12,345\u00a0ms';
        figures.at(-1)!.textContent = '1234 of 5678';
      }
    });
    expect(await height()).toBe(before);
    const tooWide = await page
      .locator('.way')
      .evaluateAll((ways) => ways.filter((way) => way.scrollWidth > way.clientWidth));
    expect(tooWide).toHaveLength(0);
  },
);
