import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

const BIRDS = ['Lark', 'Stork', 'Swift', 'Finch'] as const;

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

async function comes(nickname: string, path = '/feed'): Promise<Person> {
  const person = await Person.comes(browser, app.url + path, nickname);
  people.push(person);
  return person;
}

/** Heights that the page shows, one after the other, until there are so many different ones. */
function heights({ page }: Person, bird: string, count: number): Promise<string[]> {
  return page.evaluate(
    ([bird, count]) =>
      new Promise<string[]>((resolve) => {
        const element = document.querySelector(`#ticker [data-bird=${bird}] .metres`)!;
        const seen = new Set<string>();
        const look = () => {
          if (/\d/.test(element.textContent)) seen.add(element.textContent);
          if (seen.size < count) return;
          observer.disconnect();
          resolve([...seen]);
        };
        const observer = new MutationObserver(look);
        observer.observe(element, { childList: true, characterData: true, subtree: true });
        look();
      }),
    [bird, count] as const,
  );
}

/** Waits until a round is on, and says which. */
async function round({ page }: Person, from = 1): Promise<number> {
  const found = await page.waitForFunction((from) => {
    const [, number] =
      /(The first|Round \d+) (?:round )?is on/.exec(document.querySelector('#round')!.textContent) ?? [];
    const round = number === 'The first' ? 1 : Number(number?.replace('Round ', ''));
    return round >= from && round;
  }, from);
  return Number(await found.jsonValue());
}

async function points({ page }: Person): Promise<Record<string, number>> {
  const rows = await page
    .locator('#scores li')
    .evaluateAll((items) =>
      items.map(
        (item) => [item.getAttribute('data-bird')!, Number(item.querySelector('.points')!.textContent)] as const,
      ),
    );
  return Object.fromEntries(rows);
}

/** Length of the longest sequence that both have, in the same order, whatever else is in between. */
function inCommon(one: readonly string[], other: readonly string[]): number {
  let before = Array<number>(other.length + 1).fill(0);
  for (const value of one) {
    const now = [0];
    for (const [i, its] of other.entries())
      now.push(value === its ? before[i]! + 1 : Math.max(before[i + 1]!, now[i]!));
    before = now;
  }
  return before.at(-1)!;
}

describe('The feed', () => {
  it('shows two pages the same values move, and one of them later at once what there is', async () => {
    const [ada, ben] = await Promise.all([comes('Ada', '/feed/both'), comes('Ben', '/feed/both')]);
    const look = async (bird: (typeof BIRDS)[number]) => {
      const [adas, bens] = await Promise.all([heights(ada, bird, 8), heights(ben, bird, 8)]);
      // They may not have begun with the same one, and one may miss what was soon followed by another.
      expect(inCommon(adas, bens)).toBeGreaterThan(3);
    };
    await Promise.all(BIRDS.map(look));

    const eve = await comes('Eve', '/feed/both');
    for (const bird of BIRDS) expect(await heights(eve, bird, 1)).toHaveLength(1);
    for (const person of [ada, ben, eve]) await person.seesPeople('Ada', 'Ben', 'Eve');
    await eve.page.getByRole('link', { name: 'Channels', exact: true }).click();
    await ada.seesPeople('Ada', 'Ben');
  });

  it('counts the rounds on all pages alike, also for who comes later', async () => {
    const [ada, ben] = await Promise.all([comes('Ada', '/feed/rounds'), comes('Ben', '/feed/rounds')]);
    expect(await points(ada).then(Object.keys)).toHaveLength(4);
    const eve = await comes('Eve', '/feed/rounds');
    const rounds = await Promise.all([ada, ben, eve].map((person) => round(person)));
    const next = Math.max(...rounds) + 1;
    const boards = await Promise.all(
      [ada, ben, eve].map(async (person) => {
        await round(person, next);
        return person.page.locator('.board').innerText();
      }),
    );
    expect(new Set(boards).size).toBe(1);
    await ada.page.getByText(/^\d+ values a second/).waitFor();
    const won = Object.values(await points(ada)).reduce((sum, n) => sum + n, 0);
    expect(won).toBeGreaterThanOrEqual(next - 1);
  });

  it('draws a line for each bird', async () => {
    const ada = await comes('Ada', '/feed/plot');
    await heights(ada, 'Lark', 5);
    const ends = await ada.page
      .locator('#plot polyline')
      .evaluateAll((lines) => lines.map((line) => line.getAttribute('points')?.split(' ').length ?? 0));
    expect(ends).toHaveLength(4);
    for (const count of ends) expect(count).toBeGreaterThan(3);
  });

  it('goes on where it is after a cut', async () => {
    const ada = await comes('Ada', '/feed/cut');
    await heights(ada, 'Lark', 3);
    await ada.page.getByRole('button', { name: 'Cut my connection' }).click();
    await ada.status('You cut it');
    await ada.page.getByText('the birds fly on without you').waitFor();
    await ada.reconnects();
    await ada.status('Online');
    expect(await heights(ada, 'Lark', 5)).toHaveLength(5);
  });

  it('is one of the pages that lead to each other, as the same person', async () => {
    const ada = await comes('Ada', '/channel/general');
    await ada.says('I go and look');
    for (const [link, title] of [
      ['Feed', 'harbour'],
      ['Game', 'meadow'],
    ] as const) {
      await ada.page.getByRole('link', { name: link, exact: true }).click();
      await ada.page.getByRole('heading', { name: title, exact: true }).waitFor();
      await ada.status('Online');
      expect(await ada.page.locator('.pages [aria-current=page]').innerText()).toBe(link);
      await ada.page.locator('#my-name').getByText('Ada', { exact: true }).waitFor();
    }
    await ada.page.getByRole('link', { name: 'Channels', exact: true }).click();
    await ada.page.locator('.cards [data-channel=general]').click();
    await ada.sees('I go and look');
  });
});
