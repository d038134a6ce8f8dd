import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { mustBeAccessible } from './support/axe.js';
import { FAKE_DEVICES, openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(60_000);

let app: SampleApp;
let browser: Browser;
let ada: Person;

beforeAll(async () => {
  [app, browser] = await Promise.all([startSampleApp(), openBrowser(...FAKE_DEVICES)]);
});

afterEach(async () => {
  await ada.leaves();
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

<<<<<<< HEAD
describe.each(['light', 'dark'] as const)('In %s colours', (colorScheme) => {
  it.each([['/'], ['/channel/general'], ['/feed'], ['/game']])('%s keeps nobody out', async (path) => {
    ada = await Person.comes(browser, app.url + path, 'Ada', { colorScheme });
    if (path.startsWith('/channel')) await ada.says('Hello');
    await mustBeAccessible(ada.page);
    await ada.page.locator('#me').click();
    await ada.page.getByLabel('Nickname').waitFor();
    await mustBeAccessible(ada.page);
    ada.mustBeContent();
  });

  it('a call keeps nobody out', async () => {
    const url = `${app.url}/call/axe-${colorScheme}`;
    ada = await Person.comes(browser, url, 'Ada', { colorScheme });
    await mustBeAccessible(ada.page);
    const ben = await Person.comes(browser, url, 'Ben');
    for (const { page } of [ada, ben]) await page.getByRole('button', { name: 'Join the call' }).click();
    await ada.page.locator('#udp .manner').getByText('udp').waitFor();
    await mustBeAccessible(ada.page);
    await ada.page.getByRole('button', { name: 'Mute' }).click();
    await ada.page.getByRole('button', { name: 'Camera off' }).click();
    await ben.page.getByText('turned off the microphone and the camera').waitFor();
    await mustBeAccessible(ada.page);
    await ben.leaves();
    ada.mustBeContent();
  });
});

=======
>>>>>>> ui-look
it('finds what would keep people out', async () => {
  ada = await Person.comes(browser, `${app.url}/`, 'Ada');
  await ada.page.evaluate(() => document.querySelector('.site')!.append(document.createElement('button')));
  await expect(mustBeAccessible(ada.page)).rejects.toThrow('button-name');
});
