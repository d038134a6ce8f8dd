import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { mustBeAccessible } from './support/axe.js';
import { FAKE_DEVICES, openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

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

it('finds what would keep people out', async () => {
  ada = await Person.comes(browser, `${app.url}/`, 'Ada');
  await ada.page.evaluate(() => document.querySelector('.site')!.append(document.createElement('button')));
  await expect(mustBeAccessible(ada.page)).rejects.toThrow('button-name');
});
