import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
const people: Person[] = [];

beforeAll(async () => {
  [app, browser] = await Promise.all([startSampleApp(), openBrowser()]);
});

afterEach(async () => {
  const gone = people.splice(0);
  await Promise.all(gone.map((person) => person.leaves()));
  for (const person of gone) person.mustBeContent();
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

async function comes(path: string, nickname?: string): Promise<Person> {
  const person = await Person.comes(browser, app.url + path, nickname);
  people.push(person);
  return person;
}

const viewers = ({ page }: Person, channel: string, count: number) =>
  page.locator(`[data-channel="${channel}"] .viewers b`).getByText(String(count), { exact: true }).waitFor();

describe('The directory', () => {
  it('tells how many are in each channel, as they come and go, and leads there', async () => {
    const ada = await comes('/', 'Ada');
    await viewers(ada, 'games', 0);
    const ben = await comes('/channel/games', 'Ben');
    await viewers(ada, 'games', 1);
    const eve = await comes('/', 'Eve');
    await viewers(eve, 'games', 1);
    await ada.page.locator('[data-channel=games]').click();
    await ada.page.locator('#channel').getByText('games', { exact: true }).waitFor();
    await viewers(eve, 'games', 2);
    await ben.page.goto(`${app.url}/channel/music`);
    await viewers(eve, 'games', 1);
    await viewers(eve, 'music', 1);
  });

  it('opens a channel for who has an account, which others see at once', async () => {
    const ben = await comes('/', 'Ben');
    const ada = await comes('/');
    await ada.page.getByRole('button', { name: 'Open a channel' }).click();
    await ada.page.getByRole('radio', { name: 'Sign up' }).check();
    await ada.page.getByLabel('Name').fill('Ada Lovelace');
    await ada.page.getByLabel('Password').fill('short');
    await ada.page.keyboard.press('Enter');
    await ada.page.locator('#refusal-password').getByText('8').waitFor();
    expect(await ada.page.evaluate(() => document.activeElement?.id)).toBe('field-password');
    await ada.page.keyboard.type('long enough');
    await ada.page.keyboard.press('Enter');
    await ada.page.locator('#account').waitFor({ state: 'hidden' });
    await ada.page.locator('#my-name').getByText('Ada Lovelace').waitFor();
    expect(await ada.page.evaluate(() => document.activeElement?.id)).toBe('open-channel');

    await ada.page.getByRole('button', { name: 'Open a channel' }).click();
    await ada.page.getByLabel('Name').fill('Not a name');
    await ada.page.getByLabel('What it is about').fill('Engines');
    await ada.page.keyboard.press('Enter');
    await ada.page.locator('#refusal-name').getByText('small letters').waitFor();
    await ada.page.getByLabel('Name').fill('engines');
    await ada.page.keyboard.press('Enter');
    await ada.page.waitForURL('**/channel/engines');
    await ada.page.locator('#modes').getByText('Ada Lovelace').waitFor();
    await ben.page.locator('[data-channel=engines]').getByText('run by Ada Lovelace').waitFor();
    await viewers(ben, 'engines', 1);
    // What was refused over HTTP is told there.
    ada.complaints.length = 0;
  });
});

describe('An account', () => {
  it('is signed out of and into again, as the same person to the others', async () => {
    const ada = await Person.signsUp(browser, `${app.url}/channel/accounts`, 'Grace');
    people.push(ada);
    const ben = await comes('/channel/accounts', 'Ben');
    await ben.seesPeople('Ben', 'Grace');
    await ada.page.locator('#me').click();
    await ada.page.getByRole('button', { name: 'Sign out' }).click();
    await ada.page
      .locator('#my-name')
      .getByText(/^\w+ \w+ \d\d$/)
      .waitFor();
    const given = await ada.page.locator('#my-name').innerText();
    await ben.seesPeople('Ben', given);

    await ada.page.locator('#me').click();
    await ada.page.getByRole('radio', { name: 'Sign in' }).check();
    await ada.page.getByLabel('Name').fill('Grace');
    await ada.page.getByLabel('Password').fill('not the password');
    await ada.page.keyboard.press('Enter');
    await ada.page.locator('#account .refusal').filter({ hasText: /\w/ }).first().waitFor();
    await ada.page.getByLabel('Password').fill('the password of Grace');
    await ada.page.keyboard.press('Enter');
    await ben.seesPeople('Ben', 'Grace');
    await ada.page.reload();
    await ada.page.locator('#my-name').getByText('Grace', { exact: true }).waitFor();
    ada.complaints.length = 0;
  });
});
