import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { RawClient } from '../support/raw-client.js';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';
import { Wire } from './support/wire.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
const people: Person[] = [];
let arenas = 0;
let arena = '';

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

function newArena(): void {
  arena = `test-${++arenas}`;
}

/** Somebody comes to an arena that only this test uses, and is in the air. */
async function comes(nickname: string, options: BrowserContextOptions = {}, url = app.url): Promise<Person> {
  const person = await Person.comes(browser, `${url}/game/${arena}`, nickname, options);
  people.push(person);
  await sees(person, nickname);
  return person;
}

function bird({ page }: Person, name: string) {
  return page.locator('#flock li').filter({ has: page.getByText(name, { exact: true }) });
}

/** Waits until somebody's bird can be seen. */
async function sees(person: Person, name: string): Promise<void> {
  await bird(person, name).waitFor();
}

/** Waits until a page shows somebody's bird near this place of the arena, from 0 to 1. */
async function seesNear({ page }: Person, name: string, x: number, y: number): Promise<void> {
  await page.waitForFunction(
    ([name, x, y]) => {
      const flock = document.querySelector('#flock')!.getBoundingClientRect();
      const item = [...document.querySelectorAll<HTMLElement>('#flock li')].find(
        (item) => item.querySelector('span')?.textContent === name,
      );
      if (item === undefined) return false;
      const at = new DOMMatrix(getComputedStyle(item).transform);
      return Math.hypot(at.e / flock.width - x, at.f / flock.height - y) < 0.02;
    },
    [name, x, y] as const,
  );
}

/** Points to a place of the arena, from 0 to 1. */
async function place({ page }: Person, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await page.locator('#flock').boundingBox();
  if (box === null) throw new Error('there is no arena');
  return { x: box.x + box.width * x, y: box.y + box.height * y };
}

async function pointsTo(person: Person, x: number, y: number): Promise<void> {
  const at = await place(person, x, y);
  await person.page.mouse.move(at.x, at.y);
}

describe('The game', () => {
  it('shows two players how the other flies, and who comes later where they are', async () => {
    newArena();
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben')]);
    await pointsTo(ada, 0.2, 0.3);
    await pointsTo(ben, 0.8, 0.6);
    for (const person of [ada, ben]) {
      await seesNear(person, 'Ada', 0.2, 0.3);
      await seesNear(person, 'Ben', 0.8, 0.6);
    }
    await pointsTo(ada, 0.5, 0.8);
    await seesNear(ben, 'Ada', 0.5, 0.8);
    await ben.page
      .locator('#pace')
      .getByText(/^[1-9]\d* places? a second come/)
      .waitFor();

    const eve = await comes('Eve');
    await seesNear(eve, 'Ada', 0.5, 0.8);
    await seesNear(eve, 'Ben', 0.8, 0.6);
    await eve.page.locator('#here').getByText('3 birds here').waitFor();
  });

  it('takes a bird away when its player leaves', async () => {
    newArena();
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben')]);
    await sees(ada, 'Ben');
    const eve = await comes('Eve');
    await sees(ada, 'Eve');
    await eve.page.close({ runBeforeUnload: true });
    await bird(ada, 'Eve').waitFor({ state: 'detached' });
    await ben.page.getByRole('link', { name: 'Channels', exact: true }).click();
    await bird(ada, 'Ben').waitFor({ state: 'detached' });
    await ada.page.locator('#here').getByText('1 bird here').waitFor();
  });

  it('is flown by keys', async () => {
    newArena();
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben')]);
    await ada.page.locator('#arena').focus();
    await ada.page.keyboard.down('ArrowLeft');
    await ada.page.keyboard.down('ArrowDown');
    await seesNear(ben, 'Ada', 0, 1);
    await ada.page.keyboard.up('ArrowLeft');
    await ada.page.keyboard.up('ArrowDown');
    await ada.page.keyboard.down('KeyD');
    await seesNear(ben, 'Ada', 1, 1);
    await ada.page.keyboard.up('KeyD');
  });

  it('is flown by a finger, on a phone', async () => {
    newArena();
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const [ada, ben] = await Promise.all([comes('Ada', phone), comes('Ben')]);
    const at = await place(ada, 0.9, 0.1);
    await ada.page.touchscreen.tap(at.x, at.y);
    await seesNear(ben, 'Ada', 0.9, 0.1);
  });

  it('moves nothing by itself for who wants it calm', async () => {
    newArena();
    const [ada, ben] = await Promise.all([comes('Ada', { reducedMotion: 'reduce' }), comes('Ben')]);
    await pointsTo(ben, 0.1, 0.9);
    await seesNear(ada, 'Ben', 0.1, 0.9);
    expect(await ada.page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  it('shows a bird asleep whose connection is lost, and awake when it is back', async () => {
    newArena();
    const wire = await Wire.to(app.port);
    const [ada, ben] = await Promise.all([comes('Ada'), comes('Ben', {}, wire.url)]);
    wire.cut();
    await ben.page.getByText('the others fly on without you').waitFor();
    await ada.page.locator('#flock .asleep').getByText('Ben').waitFor();
    wire.mend();
    await ben.reconnects();
    await ada.page.locator('#flock .asleep').waitFor({ state: 'detached' });
    await pointsTo(ben, 0.3, 0.3);
    await seesNear(ada, 'Ben', 0.3, 0.3);
    ben.complaints.length = 0;
    await wire.close();
  });

  it('sends a player each place at most twenty times a second, the newest of each bird', async () => {
    newArena();
    const room = `game/${arena}`;
    const url = `${app.url.replace('http', 'ws')}/ws`;
    const [ada, ben] = await Promise.all([RawClient.session(url, {}), RawClient.session(url, {})]);
    for (const client of [ada, ben]) await client.request({ op: 'join', room });
    for (let i = 1; i <= 100; i++) ada.send({ event: 'fly', room, data: { x: i / 100, y: 0.5 } });
    const places: number[] = [];
    while (places.at(-1) !== 1) {
      const { data } = await ben.find(({ event }) => event === 'flight', 'a flight');
      places.push((data as { x: number }).x);
    }
    expect(places.length).toBeLessThan(50);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    await Promise.all([ada.close(), ben.close()]);
  });

  it.each([[{ x: 2, y: 0 }], [{ x: 0, y: -1 }], [{ x: 'left', y: 0 }], [{}], [null]])(
    'refuses to fly to %j',
    async (data) => {
      const client = await RawClient.session(`${app.url.replace('http', 'ws')}/ws`, {});
      await client.request({ op: 'join', room: 'game/refusals' });
      expect(await client.request({ event: 'fly', room: 'game/refusals', data })).toMatchObject({
        op: 'error',
        code: 'VALIDATION_FAILED',
      });
      await client.close();
    },
  );
});
