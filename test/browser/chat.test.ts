import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { Crowd } from './support/crowd.js';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
const people: Person[] = [];
let channels = 0;
let channel = '';

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

/** Somebody comes to a channel that only this test uses. */
async function comes(nickname?: string, options?: BrowserContextOptions): Promise<Person> {
  const person = await Person.comes(browser, `${app.url}/channel/${channel}`, nickname, options);
  people.push(person);
  return person;
}

function newChannel(): void {
  channel = `test-${++channels}`;
}

function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${word} ${i}`);
}

describe('Two pages chat', () => {
  it('shows each what the other says, and a third who comes later first what was said and then what is', async () => {
    newChannel();
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben')]);
    await ada.says('Hello?');
    await ben.sees('Hello?');
    await ben.says('Hello!');
    await ada.sees('Hello!');

    const eve = await comes('Eve');
    expect(await eve.lines()).toEqual(['Hello?', 'Hello!']);
    await ada.says('Oh, Eve is here');
    await eve.says('Did I miss much?');
    const all = ['Hello?', 'Hello!', 'Oh, Eve is here', 'Did I miss much?'];
    for (const person of [ada, ben, eve]) {
      await person.sees('Did I miss much?');
      expect(await person.lines()).toEqual(all);
    }
    expect(await eve.page.locator('#lines .own:not(.pending) .text').allInnerTexts()).toEqual(['Did I miss much?']);
    expect(await eve.page.locator('#lines .pending').count()).toBe(0);
  });

  it('loses and repeats nothing for a page that loads while others talk without pause', async () => {
    newChannel();
    const ada = await comes('Ada');
    const all = numbered('word', 100);
    // One more word each frame: some are in the pages as they load, some come behind.
    const [, ben, eve] = await Promise.all([ada.chatters(all), comes('Ben'), comes('Eve')]);
    for (const person of [ada, ben, eve]) {
      await person.sees('word 99');
      expect(await person.lines()).toEqual(all);
    }
  });

  it('shows who is here, one bird for each, also after a reload', async () => {
    newChannel();
    const ada = await comes('Ada');
    const ben = await comes('Ben');
    await ada.seesPeople('Ada', 'Ben');
    await ben.seesPeople('Ada', 'Ben');
    await ben.page.reload();
    await ben.status('Online');
    await ben.seesPeople('Ada', 'Ben');
    await ada.seesPeople('Ada', 'Ben');
  });

  it('marks what one has said oneself, also after a reload', async () => {
    newChannel();
    const ada = await comes('Ada');
    await ada.says('This is mine');
    await ada.page.reload();
    await ada.page.locator('#lines .own').getByText('This is mine').waitFor();
    expect(await ada.lines()).toEqual(['This is mine']);
  });

  it('gives a name to who has none, and takes a new one without losing the thread', async () => {
    newChannel();
    const [ada, guest] = await Promise.all([comes('Ada'), comes()]);
    const given = await guest.page.locator('#my-name').innerText();
    expect(given).toMatch(/^\w+ \w+ \d\d$/);
    await ada.seesPeople('Ada', given);
    await guest.says('Who am I?');

    await guest.page.locator('#me').click();
    await guest.page.getByLabel('Nickname').fill(' \u200b ');
    await guest.page.getByRole('button', { name: 'Use this name' }).click();
    await guest.page.getByText('A nickname needs at least one character').waitFor();
    await guest.page.getByLabel('Nickname').fill('  Zo\u0308e   Wu\u202e ');
    await guest.page.getByRole('button', { name: 'Use this name' }).click();
    await ada.seesPeople('Ada', 'Zöe Wu');
    await guest.seesPeople('Ada', 'Zöe Wu');
    await guest.says('Ah, me');
    await ada.sees('Ah, me');
    expect(await guest.lines()).toEqual(['Who am I?', 'Ah, me']);
    expect(await ada.page.locator('#lines .name').last().innerText()).toBe('Zöe Wu');
    // Refused with 422, once.
    guest.complaints.length = 0;
  });
});

describe('What the server refuses', () => {
  it('says beside the input why an empty text is not said', async () => {
    newChannel();
    const ada = await comes('Ada');
    await ada.writes('   ');
    await ada.page.locator('#refusal').getByText('the message is empty').waitFor();
    expect(await ada.page.locator('.line').count()).toBe(0);
  });

  it('gives a text back that is too long, and says so', async () => {
    newChannel();
    const ada = await comes('Ada');
    const long = 'x'.repeat(501);
    await ada.writes(long);
    await ada.page.locator('#refusal').getByText('at most 500 characters').waitFor();
    const input = ada.page.getByLabel('Message', { exact: true });
    expect(await input.inputValue()).toBe(long);
    expect(await ada.page.locator('.line').count()).toBe(0);

    await input.fill(long.slice(1));
    await ada.page.waitForFunction(() => document.querySelector('#refusal')?.textContent === '');
    await ada.page.keyboard.press('Enter');
    await ada.sees(long.slice(1));
  });

  it('keeps what was not said, with the reason, to be tried again or discarded', async () => {
    newChannel();
    const ada = await comes('Ada');
    // A server that has had enough of the word "again", twice.
    let refusals = 2;
    await ada.page.routeWebSocket(/\/ws$/, (page) => {
      const server = page.connectToServer();
      page.onMessage((message) => {
        const { id, data } = JSON.parse(String(message)) as { id?: number; data?: { text?: string } };
        if (data?.text !== 'again' || refusals-- <= 0) server.send(message);
        else
          page.send(JSON.stringify({ op: 'error', id, code: 'RATE_LIMITED', message: 'slow down', retryAfter: 700 }));
      });
    });
    await ada.page.reload();
    await ada.status('Online');
    const failed = ada.page.locator('#lines .failed');

    await ada.writes('again');
    await failed.getByText('slow down').waitFor();
    await failed.getByRole('button', { name: 'Discard' }).click();
    await failed.waitFor({ state: 'detached' });

    await ada.writes('again');
    await failed.getByRole('button', { name: 'Try again' }).click();
    await ada.sees('again');
    expect(await ada.lines()).toEqual(['again']);
    expect(await ada.page.locator('#lines .pending').count()).toBe(0);
  });
});

describe('Hostile names and texts', () => {
  const markup = '<img src=x onerror="document.title=1">';
  const data = '</script><script>document.title=2</script><!--';
  const place = '{{start}} $& $1';

  it('are shown as they are, from the server and in the browser', async () => {
    newChannel();
    const [eve, ada] = await Promise.all([comes('<b onclick=1>&amp;'), comes('Ada')]);
    for (const text of [markup, data, place]) {
      await eve.says(text);
      await ada.sees(text);
    }
    const late = await comes('Late');
    const readers = [await comes('Reader'), late, ada, eve];
    for (const { page } of readers) {
      expect(await page.locator('#lines .text').allInnerTexts()).toEqual([markup, data, place]);
      expect(await page.locator('#lines .name').first().innerText()).toBe('<b onclick=1>&amp;');
      expect(await page.locator('#lines img, #lines script, #people b').count()).toBe(0);
      expect(await page.title()).toBe(`#${channel} · Roost`);
    }
  });

  it('are in the page that needs no script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${app.url}/channel/${channel}`);
    expect(await page.locator('#lines .text').allInnerTexts()).toEqual([markup, data, place]);
    await context.close();
  });
});

describe('Channels', () => {
  it('counts what is said in a channel that was visited, and shows it in its place', async () => {
    newChannel();
    const other = 'music';
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben')]);
    await ada.says('first');
    await ada.page.locator(`[data-channel="${other}"]`).click();
    await ada.page.locator('#channel').getByText(other, { exact: true }).waitFor();
    await ada.page.getByText('Nobody has said anything here yet').waitFor();
    expect(ada.page.url()).toBe(`${app.url}/channel/${other}`);

    await ben.says('second');
    await ben.says('third');
    await ada.page.locator(`[data-channel="${channel}"] .unread`).getByText('2').waitFor();
    await ada.visits(channel);
    await ada.sees('third');
    expect(await ada.lines()).toEqual(['first', 'second', 'third']);
    await ada.page.locator(`[data-channel="${channel}"] .unread`).waitFor({ state: 'detached' });

    await ada.page.goBack();
    await ada.page.locator('#channel').getByText(other, { exact: true }).waitFor();
    await ada.page.getByText('Nobody has said anything here yet').waitFor();
  });
});

function distanceFromEnd({ scrollHeight, clientHeight, scrollTop }: Element): number {
  return scrollHeight - clientHeight - scrollTop;
}

let crowd: Crowd | undefined;

afterEach(async () => {
  await crowd?.leaves();
  crowd = undefined;
});

describe('The log', () => {
  it('follows the end only where the end is in view, and tells of what is below', async () => {
    newChannel();
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben')]);
    await ben.chatters(numbered('line', 30));
    await ada.sees('line 29');
    const log = ada.page.locator('#log');
    expect(await log.evaluate(distanceFromEnd)).toBeLessThan(2);

    const early = ada.page.locator('#lines .text').getByText('line 15', { exact: true });
    await early.scrollIntoViewIfNeeded();
    await ada.page.locator('#lines .text').getByText('line 29').waitFor({ state: 'detached' });
    const before = await early.boundingBox();
    await ben.says('line 30');
    await ben.says('line 31');
    const news = ada.page.locator('#news');
    await news.getByText('2 new messages').waitFor();
    // Scroll positions are whole pixels on some screens.
    const moved = ((await early.boundingBox())?.y ?? NaN) - (before?.y ?? NaN);
    expect(Math.abs(moved)).toBeLessThan(2);
    await news.click();
    await news.waitFor({ state: 'hidden' });
    expect(await log.evaluate(distanceFromEnd)).toBeLessThan(2);
  });

  it('shifts nothing else while messages come', async () => {
    newChannel();
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben')]);
    await ben.says('a first one');
    await ada.sees('a first one');
    const parts = ['.sky', '.composer', '.channels', '.site'];
    const boxes = () => Promise.all(parts.map((part) => ada.page.locator(part).boundingBox()));
    const before = await boxes();
    await ben.chatters(numbered('many words, and'.repeat(6), 20));
    await ada.sees(`${'many words, and'.repeat(6)} 19`);
    await ada.says('and mine');
    expect(await boxes()).toEqual(before);
  });

  it('has in the page what can be seen, however much was said', async () => {
    newChannel();
    const ada = await comes('Ada');
    crowd = new Crowd(app.url, channel, 40);
    await crowd.here();
    await crowd.talks(400, 1.5);
    await crowd.says('the last one');
    await ada.sees('the last one');
    expect(await ada.page.locator('#lines .line').count()).toBeLessThan(60);
  });

  it('goes back page by page, and keeps the place', async () => {
    newChannel();
    const ben = await comes('Ben');
    await ben.chatters(numbered('line', 75));
    await ben.sees('line 74');
    const ada = await comes('Ada');
    await ada.page.locator('#log').evaluate((log) => (log.scrollTop = 0));
    const button = ada.page.getByRole('button', { name: 'Earlier messages' });
    await button.waitFor();
    const first = ada.page.locator('#lines .text').getByText('line 25', { exact: true });
    const before = await first.boundingBox();
    await button.click();
    await button.waitFor({ state: 'detached' });
    await first.waitFor();
    // The button above it has gone, and the heading of the day goes to the first of the day.
    expect(Math.abs(((await first.boundingBox())?.y ?? NaN) - (before?.y ?? NaN))).toBeLessThan(130);
    expect(await ada.lines()).toEqual(numbered('line', 75));
  });
});
