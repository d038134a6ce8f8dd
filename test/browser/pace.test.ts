import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Crowd } from './support/crowd.js';
import { framesDuring } from './support/frames.js';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(60_000);

let app: SampleApp;
let browser: Browser;
let ada: Person;
let crowd: Crowd;

beforeAll(async () => {
  [app, browser] = await Promise.all([startSampleApp(), openBrowser()]);
});

afterEach(async () => {
  await crowd.leaves();
  await ada.leaves();
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

describe('A channel where many talk at once', () => {
  it.each([
    [300, 50],
    [1_000, 20],
  ])('with %i messages a second is drawn at least %i times a second', async (perSecond, atLeast) => {
    const channel = `pace-${perSecond}`;
    ada = await Person.comes(browser, `${app.url}/channel/${channel}`, 'Ada');
    crowd = new Crowd(app.url, channel, 40);
    await crowd.here();
    // A machine that is busy with other things draws less of anything.
    const idle = await framesDuring(ada.page, () => ada.page.waitForTimeout(1_000));
    const frames = await framesDuring(ada.page, () =>
      crowd.talks(perSecond, 4, (i) => `line ${i}, ${'as long as it happens to be '.repeat(i % 5)} :smile:`),
    );
    process.stdout.write(
      `${perSecond} messages/s: ${frames.perSecond.toFixed(1)} frames/s, ${frames.longest.toFixed(0)} ms at most between two; idle ${idle.perSecond.toFixed(1)}\n`,
    );
    await crowd.says('the last one');
    await ada.sees('the last one');
    expect(frames.perSecond).toBeGreaterThan(Math.min(atLeast, (idle.perSecond * atLeast) / 60));
    expect(frames.longest).toBeLessThan(1_000);
    ada.mustBeContent();
  });
});
