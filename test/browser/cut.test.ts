import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';
import { Wire } from './support/wire.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
let wire: Wire;
let ada: Person;
let ben: Person;
let channels = 0;

beforeAll(async () => {
  [app, browser] = await Promise.all([startSampleApp(), openBrowser()]);
});

afterEach(async () => {
  await Promise.all([ada, ben].map((person) => person.leaves()));
  await wire.close();
  ben.mustBeContent();
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

/** Ada's page has a wire of its own; Ben's has none that could break. */
async function meet(): Promise<void> {
  const path = `/channel/cut-${++channels}`;
  wire = await Wire.to(app.port);
  [ada, ben] = await Promise.all([
    Person.comes(browser, wire.url + path, 'Ada'),
    Person.comes(browser, app.url + path, 'Ben'),
  ]);
  await ben.says('before');
  await ada.sees('before');
}

describe('The button that cuts the connection', () => {
  it('brings every message once when it is pressed again', async () => {
    await meet();
    await ada.page.getByRole('button', { name: 'Cut my connection' }).click();
    await ada.status('You cut it');
    for (let i = 0; i < 5; i++) await ben.says(`meanwhile ${i}`);
    expect(await ada.lines()).toEqual(['before']);

    await ada.page.getByRole('button', { name: 'Connect now' }).click();
    await ada.status('Back, 5 messages caught up');
    await ben.says('after');
    await ada.sees('after');
    const meanwhile = Array.from({ length: 5 }, (_, i) => `meanwhile ${i}`);
    expect(await ada.lines()).toEqual(['before', ...meanwhile, 'after']);
    ada.mustBeContent();
    await ben.seesPeople('Ada', 'Ben');
  });

  it('says what was written meanwhile once the connection is back, and shows that it waits', async () => {
    await meet();
    await ada.page.getByRole('button', { name: 'Cut my connection' }).click();
    await ada.status('You cut it');
    await ada.writes('written in the dark');
    await ada.page.locator('#lines .pending').getByText('written in the dark').waitFor();
    await ada.page.locator('#lines .pending').getByText('waiting').waitFor();
    await ben.says('nobody hears me?');

    await ada.page.getByRole('button', { name: 'Connect now' }).click();
    await ben.sees('written in the dark');
    await ada.sees('written in the dark');
    expect(await ada.lines()).toEqual(['before', 'nobody hears me?', 'written in the dark']);
    expect(await ben.lines()).toEqual(['before', 'nobody hears me?', 'written in the dark']);
    expect(await ada.page.locator('#lines .pending').count()).toBe(0);
  });

  it('comes back by itself after some seconds', async () => {
    await meet();
    await ada.page.clock.install();
    await ada.page.getByRole('button', { name: 'Cut my connection' }).click();
    await ada.status('You cut it');
    await ada.page
      .locator('#status-timer')
      .getByText(/in \d s/)
      .waitFor();
    await ada.page.clock.runFor(9_000);
    await ada.status('Back, nothing missed');
    await ada.page.clock.runFor(13_000);
    await ada.status('Online');
  });
});

describe('A wire that breaks', () => {
  it('is told, tried again, and brings every message once', async () => {
    await meet();
    wire.cut();
    await ada.status('Connection lost');
    for (let i = 0; i < 5; i++) await ben.says(`meanwhile ${i}`);
    wire.mend();
    await ada.reconnects();
    await ada.status('Back, 5 messages caught up');
    const meanwhile = Array.from({ length: 5 }, (_, i) => `meanwhile ${i}`);
    expect(await ada.lines()).toEqual(['before', ...meanwhile]);
  });

  it('is a browser without a network, too', async () => {
    await meet();
    await ada.page.context().setOffline(true);
    await ada.status('Connection lost');
    await ada.page.locator('[data-channel="music"]').click();
    await ada.page.locator('#refusal').getByText('#music cannot be opened').waitFor();
    await ben.says('meanwhile');
    await ada.page.context().setOffline(false);
    await ada.reconnects();
    await ada.status('Back, 1 message caught up');
    expect(await ada.lines()).toEqual(['before', 'meanwhile']);
  });

  it('repeats and loses nothing when it breaks again and again while both talk', async () => {
    await meet();
    const both: Promise<void>[] = [];
    for (let i = 0; i < 5; i++) {
      both.push(ben.says(`ben ${i}`));
      both.push(ada.writes(`ada ${i}`));
      await Promise.all(both);
      wire.cut();
      await ada.status('Connection lost');
      wire.mend();
      await ada.reconnects();
      await ada.status('Back');
    }
    for (let i = 0; i < 5; i++) {
      await ada.sees(`ada ${i}`);
      await ada.sees(`ben ${i}`);
      await ben.sees(`ada ${i}`);
    }
    const lines = await ada.lines();
    expect(lines).toHaveLength(11);
    expect(await ben.lines()).toEqual(lines);
    expect(await ada.page.locator('#lines .pending').count()).toBe(0);
  });
});

describe('A bird whose wire is cut', () => {
  it('is asleep after a while, and awake when it is back', async () => {
    await meet();
    wire.cut();
    await ben.page.locator('#people .asleep').getByText('Ada').waitFor();
    await ben.seesPeople('Ada', 'Ben');
    wire.mend();
    await ada.reconnects();
    await ben.page.locator('#people .asleep').waitFor({ state: 'detached' });
    await ben.seesPeople('Ada', 'Ben');
  });
});

describe('A server that restarts', () => {
  it('is told as lost history, and the talk goes on', async () => {
    const own = await startSampleApp();
    wire = await Wire.to(own.port);
    [ada, ben] = await Promise.all([
      Person.comes(browser, `${own.url}/channel/again`, 'Ada'),
      Person.comes(browser, `${own.url}/channel/again`, 'Ben'),
    ]);
    await ada.says('before');
    await ben.sees('before');
    await own.stop();
    await ada.status('Connection lost');
    const next = await startSampleApp({ PORT: `${own.port}` });
    try {
      await Promise.all([ada.reconnects(), ben.reconnects()]);
      await ada.status('part of the history is lost');
      await ben.status('part of the history is lost');
      await ada.says('after');
      await ben.sees('after');
      expect(await ben.lines()).toEqual(['before', 'after']);
      expect(await ben.page.locator('#lines > li').allInnerTexts()).toEqual([
        expect.stringMatching(/^\w+ \d+ \w+\n[^]*before$/),
        expect.stringMatching(/^Something that was said in between is lost\.\n[^]*after$/),
      ]);
      ben.complaints.length = 0;
    } finally {
      await next.stop();
    }
  });
});
