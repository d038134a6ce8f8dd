import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { mustBeAccessible } from './support/axe.js';
import { Crowd } from './support/crowd.js';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
let owner: Person;
let ben: Person;
let channel = '';
let tests = 0;

beforeAll(async () => {
  [app, browser] = await Promise.all([startSampleApp(), openBrowser()]);
  [owner, ben] = await Promise.all([
    Person.signsUp(browser, `${app.url}/`, 'Olive'),
    Person.comes(browser, `${app.url}/`, 'Ben'),
  ]);
});

afterEach(() => {
  for (const person of [owner, ben]) person.mustBeContent();
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

/** Olive in a channel that is hers and new, and Ben, a guest in it. */
async function meet(): Promise<void> {
  channel = `yard-${++tests}`;
  const made = await owner.page.request.post(`${app.url}/api/channels`, { data: { name: channel, topic: 'A yard' } });
  expect(made.status()).toBe(201);
  await Promise.all([owner, ben].map(({ page }) => page.goto(`${app.url}/channel/${channel}`)));
  await owner.seesPeople('Ben', 'Olive');
  await ben.seesPeople('Ben', 'Olive');
}

/** Opens the menu on somebody's name. */
async function presses({ page }: Person, name: string): Promise<void> {
  await page.locator('#lines button.name').getByText(name, { exact: true }).last().click();
  await page.locator('#person').waitFor();
}

const notice = ({ page }: Person, words: RegExp) => page.locator('.notice').filter({ hasText: words }).waitFor();

describe('Who runs a channel', () => {
  it('removes a message, which leaves a mark on all pages', async () => {
    await meet();
    await ben.says('Oh dear');
    await owner.sees('Oh dear');
    await owner.page.getByRole('button', { name: 'Remove message' }).click();
    for (const { page } of [owner, ben]) {
      await page.locator('.tombstone').getByText('Message removed').waitFor();
      expect(await page.locator('#lines .text').getByText('Oh dear').count()).toBe(0);
    }
  });

  it('times somebody out, who is told by whom, why and for how long, and writes again once that is lifted', async () => {
    await meet();
    await ben.says('Seeds! Cheap seeds!');
    await owner.sees('Seeds! Cheap seeds!');
    await presses(owner, 'Ben');
    await owner.page.getByLabel('Reason').fill('advertising');
    await owner.page.getByRole('button', { name: 'Time out for 10 min' }).click();
    await notice(ben, /has timed out Ben for 10 min: advertising/);
    await ben.page.locator('#refusal').getByText('has timed you out: advertising').waitFor();
    await ben.page
      .locator('#blocked')
      .getByText(/again in (9 min|10 min)/)
      .waitFor();
    expect(await ben.page.locator('#text').isDisabled()).toBe(true);
    await presses(owner, 'Ben');
    await owner.page.getByRole('button', { name: 'Lift the time-out' }).click();
    await ben.page.locator('#text:enabled').waitFor();
    await ben.says('Sorry');
  });

  it('bans somebody, who sees why, also after a reload, and comes back once the ban is lifted', async () => {
    await meet();
    await ben.says('Seeds!');
    await owner.sees('Seeds!');
    await presses(owner, 'Ben');
    await owner.page.getByLabel('Reason').fill('once too often');
    await owner.page.getByRole('button', { name: 'Ban', exact: true }).click();
    await ben.page.locator('#refusal').getByText('once too often').waitFor();
    await ben.page.reload();
    await ben.page.locator('#refusal').getByText('once too often').waitFor();
    await owner.seesPeople('Olive');
    await presses(owner, 'Ben');
    await owner.page.getByRole('button', { name: 'Lift the ban' }).click();
    await notice(owner, /has pardoned/);
    await ben.page.getByRole('button', { name: 'Try to come back' }).click();
    await ben.page.locator('#text:enabled').waitFor();
    await ben.says('Never again');
    await owner.sees('Never again');
  });

  it('makes a moderator, who then can do the same', async () => {
    await meet();
    const eve = await Person.signsUp(browser, `${app.url}/channel/${channel}`, 'Eve');
    await eve.says('May I help?');
    await owner.sees('May I help?');
    await presses(owner, 'Eve');
    await mustBeAccessible(owner.page);
    await owner.page.getByRole('button', { name: 'Make a moderator' }).click();
    await notice(eve, /a moderator/);
    await ben.says('Hm');
    await eve.sees('Hm');
    await eve.page.locator('.row', { hasText: 'Hm' }).getByRole('button', { name: 'Remove message' }).click();
    await owner.page.locator('.tombstone').waitFor();
    await owner.page.locator('#here-button').click();
    const list = owner.page.locator('.people-list li');
    await list.filter({ hasText: 'Eve' }).getByRole('img', { name: 'Moderator' }).waitFor();
    expect(await list.locator('.name').allInnerTexts()).toEqual(['Olive', 'Eve', 'Ben']);
    // Olive has said nothing, and is known for what she is all the same.
    await ben.page.locator('#here-button').click();
    await ben.page
      .locator('.people-list li')
      .filter({ hasText: 'Olive' })
      .getByRole('img', { name: 'Owner' })
      .waitFor();
    await eve.leaves();
    eve.mustBeContent();
  });

  it('changes how it is run, live: slow mode counts the seconds, members only asks for an account', async () => {
    await meet();
    await owner.page.locator('#settings-button').click();
    await owner.page.getByLabel('Slow mode').selectOption('3');
    await ben.page.locator('#modes').getByText('Slow mode, 3 s').waitFor();
    await ben.says('One');
    await ben.writes('Two');
    await ben.page.locator('#lines .failed').getByText('Slow mode').waitFor();
    await ben.page
      .locator('#blocked')
      .getByText(/again in \d s/)
      .waitFor();
    await ben.page.locator('#lines .failed').getByRole('button', { name: 'Try again' }).click();
    await owner.sees('Two');

    await owner.page.getByRole('switch', { name: 'Members only' }).click();
    await ben.page.locator('#refusal').getByText('Only people with an account').waitFor();
    expect(await ben.page.locator('#text').isDisabled()).toBe(true);
    await owner.page.getByRole('switch', { name: 'Members only' }).click();
    await ben.page.locator('#text:enabled').waitFor();
  });
});

describe('Who writes', () => {
  it('is seen typing, by the others', async () => {
    await meet();
    await ben.page.locator('#text').pressSequentially('Wait');
    await owner.page.locator('#typing').getByText('Ben is typing').waitFor();
    await ben.page.keyboard.press('Enter');
    await owner.sees('Wait');
    await owner.page.locator('#typing span').waitFor({ state: 'detached' });
  });

  it('completes a name, and who is meant sees the message stand out', async () => {
    await meet();
    await owner.page.locator('#text').pressSequentially('Hi @be');
    await owner.page.getByRole('option', { name: 'Ben' }).waitFor();
    await owner.page.keyboard.press('Tab');
    expect(await owner.page.locator('#text').inputValue()).toBe('Hi @Ben ');
    await owner.page.keyboard.press('Enter');
    await ben.page.locator('.for-me .mention').getByText('@Ben').waitFor();
    expect(await owner.page.locator('.for-me').count()).toBe(0);
  });

  it('picks an emote by keyboard, which the others see drawn', async () => {
    await meet();
    await ben.page.locator('#emotes').focus();
    await ben.page.keyboard.press('Enter');
    await ben.page.locator('#emote-picker').waitFor();
    await ben.page.keyboard.press('Tab');
    await ben.page.keyboard.press('ArrowRight');
    await ben.page.keyboard.press('Enter');
    expect(await ben.page.locator('#text').inputValue()).toBe(':laugh: ');
    await ben.page.keyboard.press('Enter');
    await owner.page.locator('#lines').getByRole('img', { name: ':laugh:' }).waitFor();
  });
});

describe('A screen reader', () => {
  it('hears what is said, and of much only how much', async () => {
    await meet();
    const announcement = owner.page.locator('#announcement');
    await ben.says('Good morning');
    await announcement.getByText('Ben: Good morning').waitFor();
    const crowd = new Crowd(app.url, channel, 10);
    await crowd.here();
    await crowd.talks(100, 1);
    await announcement.getByText(/\d+ new messages/).waitFor();
    await crowd.leaves();
  });
});
