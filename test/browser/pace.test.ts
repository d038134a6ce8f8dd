import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { availableParallelism } from 'node:os';
import type { Browser } from 'playwright-core';
import { report } from '../support/report.js';
import { Crowd } from './support/crowd.js';
import { framesDuring, type Frames } from './support/frames.js';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

/** Times that a list may change in one frame: for what was said, and for what was scrolled or measured. */
const DRAWINGS = 3;
/** Rows that a page may have at once, of 700 pixels in height. */
const ROWS = 60;

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

const SECONDS = 4;

/** What was measured, for the report: how fast a machine draws is nothing that a test could promise. */
const figures: Record<string, string> = {};

describe('A channel where many talk at once', () => {
  it.each([300, 1_000])(
    'with %i messages a second is drawn a frame at a time, and only what can be seen',
    async (perSecond) => {
      const channel = `pace-${perSecond}`;
      ada = await Person.comes(browser, `${app.url}/channel/${channel}`, 'Ada');
      crowd = new Crowd(app.url, channel, 40);
      await crowd.here();
      const idle = await framesDuring(ada.page, '#lines', () => ada.page.waitForTimeout(1_000));
      const frames = await framesDuring(ada.page, '#lines', () =>
        crowd.talks(perSecond, SECONDS, (i) => `line ${i}, ${'as long as it happens to be '.repeat(i % 5)} :smile:`),
      );
      figures[`${perSecond} messages a second`] = wordsOf(frames);
      figures[`The same page before, with nothing to draw`] = wordsOf(idle);
      await crowd.says('the last one');
      await ada.sees('the last one');
      expect(frames.changes).toBeLessThanOrEqual(DRAWINGS);
      expect(frames.rows).toBeLessThan(ROWS);
      ada.mustBeContent();
    },
  );

  afterAll(() => report('A page that many talk in', INTRODUCTION, figures));
});

function wordsOf({ perSecond, longest }: Frames): string {
  return `${perSecond.toFixed(1)} frames/s, ${longest.toFixed(0)} ms between two at most`;
}

const INTRODUCTION = `The chat page of the sample app in Chromium, without a graphics card, on the same ${availableParallelism()} cores as the server and 40
clients who talk for ${SECONDS} s; a browser draws 60 frames a second at most. What has come since the last frame is drawn at once, and
only the rows that can be seen. \`npm run pace\` measures again and writes this section.`;
