import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { openBrowser, Person } from './support/people.js';
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

let app: SampleApp;
let browser: Browser;
const others: Person[] = [];

const TALK: readonly (readonly [who: number, text: string])[] = [
  [0, 'Morning! Two redstarts on the fence already.'],
  [1, 'Morning. Jealous, here it is only the neighbour’s cat.'],
  [1, 'And it looks very pleased with itself.'],
  [
    2,
    'Did anybody see the starlings last night? They turned the sky over the harbour into one moving thing, for twenty minutes, and all of a sudden every one of them was in the reeds and it was quiet.',
  ],
  [0, 'No! Where was that?'],
  [2, 'By the old jetty, about half past seven. I would try again tonight: it is the right week for it.'],
  [3, '我也去! Bis später — und nehmt Ferngläser mit.'],
  [1, 'https://example.org/a/very/long/address/that/nobody/would/ever/type/by/hand/but/that/must/not/break/the/page'],
];

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  if (given === undefined) process.stdout.write(`Pictures of the sample app: ${folder}\n`);
  [app, browser] = await Promise.all([startSampleApp(), openBrowser()]);
  for (const name of ['Wendelin', 'Ada', 'Brave Heron 12', 'Mirja Ötökkä']) {
    others.push(await Person.comes(browser, app.url, name));
  }
  for (const [who, text] of TALK) await others[who]!.says(text);
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

describe.each([
  ['desk', desk],
  ['phone', phone],
] as const)('On a %s', (screen, options) => {
  it.each(['light', 'dark'] as const)('looks as it should, %s', async (colorScheme) => {
    const me = await Person.comes(browser, app.url, 'Grace', { ...options, colorScheme });
    const { page } = me;
    const picture = (name: string) => page.screenshot({ path: join(folder, `${screen}-${colorScheme}-${name}.png`) });
    await page.locator('[data-channel="games"]').click();
    await page.getByText('Nobody has said anything here yet').waitFor();
    await picture('empty');
    await page.locator('[data-channel="general"]').click();
    await me.says('I am in. Half past seven at the jetty?');
    await me.says('With tea.');
    await page.locator('#people .own').waitFor();
    await picture('chat');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);

    await me.writes('x'.repeat(501));
    await page.locator('#refusal').getByText('too long').waitFor();
    await picture('refused');
    await page.getByLabel('Message', { exact: true }).fill('');

    await page.locator('#me').click();
    await page.locator('#name-dialog').waitFor();
    await picture('name');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Cut my connection' }).click();
    await me.status('You cut it');
    await me.writes('Can you hear me?');
    await page.locator('#pending').getByText('On its way').waitFor();
    // The wire falls, and the line on its way fades, for a moment.
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    await picture('cut');
    await others[0]!.says(`Bring ${screen === 'desk' ? 'biscuits' : 'gloves'}, it is ${colorScheme} by then.`);
    await me.reconnects();
    await me.status('Back');
    await picture('back');
    me.mustBeContent();
    await me.leaves();
  });
});
