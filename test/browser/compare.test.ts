import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions, CDPSession, Page, Request } from 'playwright-core';
import { WAYS, type Way } from '../../sample-app/src/compare/compare.contract.js';
import { Proxy } from '../support/proxy.js';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
let proxy: Proxy | undefined;
const people: Person[] = [];

beforeAll(async () => {
  [app, browser] = await Promise.all([startSampleApp(), openBrowser()]);
});

afterEach(async () => {
  const gone = people.splice(0);
  await Promise.all(gone.map((person) => person.leaves()));
  await proxy?.close();
  proxy = undefined;
  for (const person of gone) person.mustBeContent();
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

/** Opens the page; what it uses is watched from the start. */
async function comes(url = app.url, options: BrowserContextOptions = {}): Promise<Person> {
  const person = await Person.comes(browser, `${url}/compare`, 'Grace', options);
  people.push(person);
  return person;
}

async function rate(person: Person, name: 'Quiet' | 'Chat' | 'Busy'): Promise<void> {
  // The run before it has its connections: a browser warns of one that ends before it stands.
  for (const way of ['events', 'websocket'] as const) await figure(person, way, 'Bytes down', /[1-9]/);
  await person.page.getByRole('radio', { name }).check({ force: true });
}

/** Waits until a way's card shows a figure that is as wanted, and gives it. */
async function figure({ page }: Person, way: Way, name: string, wanted: RegExp = /./): Promise<string> {
  const value = page.locator(`.card[data-way=${way}] dl div`).filter({ hasText: name }).locator('dd');
  await value.filter({ hasText: wanted }).waitFor();
  return value.innerText();
}

async function messages(person: Person, way: Way): Promise<number> {
  return Number((await figure(person, way, 'Messages')).replace(',', ''));
}

/** What the browser was told over the network, by each way, whatever the page made of it. */
class Network {
  readonly heard: Readonly<Record<Way, { offset: number; text: string }[]>> = {
    polling: [],
    'long-polling': [],
    events: [],
    websocket: [],
  };
  #bodies = Promise.resolve();

  private constructor(private readonly cdp: CDPSession) {
    cdp.on('Network.eventSourceMessageReceived', ({ data }) => this.#hear('events', JSON.parse(data) as Said));
    cdp.on('Network.webSocketFrameReceived', ({ response }) => {
      const frame = JSON.parse(response.payloadData) as Said & { room?: string; event?: string };
      if (frame.event === 'say') this.#hear('websocket', frame);
    });
    const asked = new Map<string, Way>();
    cdp.on('Network.requestWillBeSent', ({ requestId, request }) => {
      const [, way] = /\/api\/compare\/\d+\/(polling|long-polling)\?/.exec(request.url) ?? [];
      if (way !== undefined) asked.set(requestId, way as Way);
    });
    cdp.on('Network.loadingFinished', ({ requestId }) => {
      const way = asked.get(requestId);
      if (way === undefined) return;
      asked.delete(requestId);
      // In the order of the answers.
      this.#bodies = this.#bodies.then(() => this.#read(way, requestId));
    });
  }

  static async of({ page }: Person): Promise<Network> {
    const cdp = await page.context().newCDPSession(page);
    const network = new Network(cdp);
    await cdp.send('Network.enable');
    return network;
  }

  /** Until all that has come is read. */
  async settled(): Promise<void> {
    await this.#bodies;
  }

  async #read(way: Way, requestId: string): Promise<void> {
    const { body } = await this.cdp.send('Network.getResponseBody', { requestId });
    for (const message of (JSON.parse(body) as { messages: Said[] }).messages) this.#hear(way, message);
  }

  #hear(way: Way, { offset, data }: Said): void {
    this.heard[way].push({ offset, text: data.text });
  }
}

interface Said {
  readonly offset: number;
  readonly data: { readonly text: string };
}

/** Milliseconds between the first two polls of the run that shows, once the page has asked so often. */
async function pollsApart({ page }: Person): Promise<number> {
  const found = await page.waitForFunction(() => {
    const polls = performance.getEntriesByType('resource').filter(({ name }) => /\/\d+\/polling\?/.test(name));
    const run = /\d+(?=\/polling)/.exec(polls.at(-1)?.name ?? '')?.[0];
    const [first, second] = polls.filter(({ name }) => name.includes(`/${run}/`));
    return second && second.startTime - first!.startTime;
  });
  return Number(await found.jsonValue());
}

/** Polls of a page that are under way. */
class Polls {
  readonly #open = new Set<Request>();
  #settled: (() => void) | undefined;

  constructor(page: Page) {
    page.on('request', (request) => /polling\?/.test(request.url()) && this.#open.add(request));
    page.on('requestfinished', (request) => this.#ended(request));
    page.on('requestfailed', (request) => this.#ended(request));
  }

  /** Until none is. */
  async over(): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#settled = resolve));
  }

  #ended(request: Request): void {
    this.#open.delete(request);
    if (this.#open.size === 0) this.#settled?.();
  }
}

describe('Compare', () => {
  it('brings every message once and in order, all four ways', async () => {
    const ada = await comes();
    const network = await Network.of(ada);
    await rate(ada, 'Busy');
    for (const way of WAYS) await figure(ada, way, 'Messages', /^[1-9]\d$/);
    await ada.page.getByRole('button', { name: 'Stop' }).click();
    await ada.page.getByRole('button', { name: 'Start' }).waitFor();
    await network.settled();

    // Of the channel before that in which people chatted there was nothing yet, or a message or two.
    const texts = new Map<number, string>();
    for (const way of WAYS) {
      const all = network.heard[way];
      const heard = all.slice(all.findLastIndex(({ offset }) => offset === 1));
      expect([way, heard.map(({ offset }) => offset)]).toEqual([way, heard.map((_, i) => i + 1)]);
      for (const { offset, text } of heard) {
        expect(text).toBe(texts.get(offset) ?? text);
        texts.set(offset, text);
      }
      // What came while it was stopped may not have been read any more.
      const shown = await messages(ada, way);
      expect(shown).toBeGreaterThanOrEqual(10);
      expect(heard.length - shown).toBeGreaterThanOrEqual(0);
      expect(heard.length - shown).toBeLessThanOrEqual(way === 'polling' ? 30 : 2);
    }
    expect(await ada.page.locator('.fault').count()).toBe(0);
    expect(await figure(ada, 'polling', 'Mean delay')).toMatch(/^(\d{3} ms|\d\.\d s)$/);
    expect(await figure(ada, 'websocket', 'Mean delay')).toMatch(/ms$/);
  });

  it('counts what goes over the server’s sockets', async () => {
    proxy = await Proxy.to(app.port);
    const ada = await comes(proxy.url(app.url).replace(/\/$/, ''));
    await rate(ada, 'Quiet');
    await figure(ada, 'polling', 'Requests', /^2$/);
    expect(await figure(ada, 'websocket', 'Requests')).toBe('1');
    const carried = () =>
      proxy!.carried.find(({ begin }) => begin.startsWith('GET /ws?compare=')) ?? { begin: '', up: 0, down: 0 };
    const { up, down } = carried();
    expect(up).toBeGreaterThan(500);
    expect(down).toBeGreaterThan(300);
    await figure(ada, 'websocket', 'Bytes up', new RegExp(`^${up} B$`));
    await figure(ada, 'websocket', 'Bytes down', new RegExp(`^${down} B$`));
    expect(carried()).toMatchObject({ up, down });
  });

  it('tells what each way would cost with many viewers', async () => {
    const ada = await comes();
    await rate(ada, 'Busy');
    await ada.page.locator('.costs tbody b').filter({ hasText: /\d/ }).first().waitFor();
    await ada.page
      .locator('.measured')
      .getByText(/^[3-9] s measured$/)
      .waitFor();
    await ada.page.getByRole('button', { name: 'Stop' }).click();
    await ada.page.getByRole('button', { name: 'Start' }).waitFor();
    const costs = await ada.page
      .locator('.costs tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll('td b')].map(({ textContent }) => Number(textContent.replace(',', ''))),
        ),
      );
    const [polling, longPolling, ...others] = costs.map(([requests = 0, mbits = 0]) => ({ requests, mbits }));
    // One poll every two seconds, and the first at once.
    expect(polling!.requests).toBeGreaterThan(4_900);
    expect(polling!.requests).toBeLessThan(10_000);
    expect(longPolling!.requests).toBeGreaterThan(50_000);
    for (const pushed of others) {
      expect(pushed.requests).toBeLessThan(5_000);
      expect(pushed.mbits).toBeGreaterThan(20);
      expect(pushed.mbits).toBeLessThan(longPolling!.mbits / 2);
    }
  });

  it('polls as often as is wanted', async () => {
    const ada = await comes();
    const usual = await pollsApart(ada);
    expect(usual).toBeGreaterThan(1_800);
    expect(usual).toBeLessThan(2_600);
    const again = ada.page.waitForRequest(/\/polling\?/);
    await ada.page.getByLabel('Poll every').press('ArrowLeft');
    await again;
    // Known of once it is answered.
    await figure(ada, 'polling', 'Requests', /^2$/);
    const often = await pollsApart(ada);
    expect(often).toBeGreaterThan(800);
    expect(often).toBeLessThan(1_600);
  });

  it('asks for nothing any more once it is stopped', async () => {
    const ada = await comes();
    const underWay = new Polls(ada.page);
    await ada.page.getByLabel('Poll every').press('ArrowLeft');
    await rate(ada, 'Busy');
    await figure(ada, 'websocket', 'Messages', /^[1-9]/);
    await ada.page.getByRole('button', { name: 'Stop' }).click();
    await underWay.over();
    await ada.page.getByRole('button', { name: 'Start' }).waitFor();
    const before = await ada.page.locator('.cards').innerText();
    await expect(ada.page.waitForRequest(/compare/, { timeout: 1_500 })).rejects.toThrow('Timeout');
    expect(await ada.page.locator('.cards').innerText()).toBe(before);

    await ada.page.getByRole('button', { name: 'Start' }).click();
    for (const way of WAYS) await figure(ada, way, 'Messages', /^[1-9]/);
    expect(await ada.page.locator('.fault').count()).toBe(0);
  });

  it('goes on where it was after the WebSocket was cut', async () => {
    const ada = await comes();
    await rate(ada, 'Busy');
    await figure(ada, 'websocket', 'Messages', /^\d\d$/);
    await ada.page.getByRole('button', { name: 'Cut my connection' }).click();
    await ada.status('You cut it');
    await ada.page.locator('.card[data-way=websocket]').getByText('no connection').waitFor();
    const before = await messages(ada, 'websocket');
    await ada.page.waitForFunction(
      (count) => Number(document.querySelector('.card[data-way=events] dl div:nth-child(4) dd')!.textContent) > count,
      before + 10,
    );
    await ada.reconnects();
    await ada.status(/Back, \d+ messages caught up/);
    expect(await figure(ada, 'websocket', 'Requests', /^2$/)).toBe('2');
    await figure(ada, 'websocket', 'Messages', /^\d{2,}$/);
    expect(await messages(ada, 'websocket')).toBeGreaterThan(before + 10);
    expect(await ada.page.locator('.fault').count()).toBe(0);
  });

  it('says something, and tells what that took', async () => {
    const ada = await comes();
    await rate(ada, 'Quiet');
    await figure(ada, 'websocket', 'Requests', /^1$/);
    await ada.page.getByRole('button', { name: 'Say hello' }).click();
    const words = ada.page.locator('.speaking [role=status]').filter({ hasText: 'By a POST: one request' });
    const [post = 0, websocket = 0] = (await words.innerText()).match(/\d+(?= B)/g)!.map(Number);
    expect(post).toBeGreaterThan(400);
    expect(websocket).toBeGreaterThan(50);
    expect(websocket).toBeLessThan(150);
    // Both were said, and came by each way.
    for (const way of WAYS) await figure(ada, way, 'Messages', /^2$/);
  });
});

const desk: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

it('stays where it is while figures come, on desk and phone', async () => {
  await Promise.all(
    Object.entries({ desk, phone }).map(async ([screen, options]) => {
      const ada = await comes(app.url, options);
      await rate(ada, 'Busy');
      await figure(ada, 'websocket', 'Messages', /^[1-9]/);
      const before = await places(ada);
      await figure(ada, 'polling', 'Messages', /^[1-9]\d$/);
      expect([screen, await places(ada)]).toEqual([screen, before]);
      const tooWide = await ada.page
        .locator('main *')
        .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length);
      expect([screen, tooWide]).toEqual([screen, 0]);
    }),
  );
});

/** Where everything is that is not itself a figure. */
function places({ page }: Person): Promise<string[]> {
  return page
    .locator('.controls *, .card, .card dt, .delays svg[role], .costs tr, .costs td, .speaking *')
    .evaluateAll((elements) =>
      elements.map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return `${element.tagName} ${element.className} ${[x, y, width, height].map(Math.round).join()}`;
      }),
    );
}
