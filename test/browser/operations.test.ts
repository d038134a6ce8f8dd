import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { RoostClient } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import { RawClient } from '../support/raw-client.js';
import { RedisServer } from '../support/redis.js';
import { mustBeAccessible } from './support/axe.js';
import { openBrowser } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';

jest.setTimeout(180_000);

const PASSWORD = 'a long password';
const NODES = ['Shy Wren 11', 'Brave Owl 22'] as const;

let redis: RedisServer;
let apps: readonly [SampleApp, SampleApp];
let browser: Browser;
const contexts: BrowserContext[] = [];
const clients: RoostClient[] = [];
const raw: RawClient[] = [];

beforeAll(async () => {
  [redis, browser] = await Promise.all([RedisServer.start(), openBrowser()]);
  const start = (node: string) =>
    startSampleApp({ NODE_NAME: node, ROOST_REDIS_URL: redis.url, ROOST_SAMPLE_ADMIN: 'Grace' });
  apps = [await start(NODES[0]), await start(NODES[1])];
});

afterEach(async () => {
  await Promise.all(raw.splice(0).map((client) => client.cut()));
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

afterAll(async () => {
  await browser.close();
  await Promise.all(apps.map((app) => app.stop()));
  await redis.end();
});

/** Opens a page as somebody with an account, or as nobody. */
async function comes(name: string | undefined, options: { dark?: boolean } = {}): Promise<Page> {
  const context = await browser.newContext({ colorScheme: options.dark ? 'dark' : 'light' });
  contexts.push(context);
  context.setDefaultTimeout(20_000);
  const [{ url }] = apps;
  if (name !== undefined) {
    const data = { name, password: PASSWORD };
    const up = await context.request.post(`${url}/api/sign-up`, { data });
    if (!up.ok()) await context.request.post(`${url}/api/sign-in`, { data });
  }
  return context.newPage();
}

/** Opens the figures as somebody who may see them. */
async function opens(options: { dark?: boolean } = {}): Promise<Page> {
  const page = await comes('Grace', options);
  await page.goto(`${apps[0].url}/operations`);
  await page.locator('#status-words').filter({ hasText: 'Online' }).waitFor();
  return page;
}

/** Waits until a node's row, or that of all, shows these figures under their titles. */
async function shows(page: Page, row: string, figures: Readonly<Record<string, string>>): Promise<void> {
  const look = ([row, figures]: [string, Readonly<Record<string, string>>]) => {
    const titles = [...document.querySelectorAll('.table thead th')].map(({ textContent }) => textContent);
    const found = [...document.querySelectorAll('.table tbody tr, .table tfoot tr')].find((one) =>
      one.querySelector('th')!.textContent.trim().startsWith(row),
    );
    const shown = Object.fromEntries(titles.map((title, i) => [title, found?.children[i]?.textContent ?? '']));
    return Object.entries(figures).every(([title, value]) => new RegExp(`^(${value})$`).test(shown[title] ?? ''));
  };
  try {
    await page.waitForFunction(look, [row, figures] as [string, Record<string, string>]);
  } catch (error) {
    const table = await page.locator('.table').innerText();
    throw new Error(`${row} did not come to ${JSON.stringify(figures)}; the table is\n${table}`, { cause: error });
  }
}

/** The figures of a row, by their titles. */
function row(page: Page, name: string): Promise<Record<string, string>> {
  return page.evaluate((name) => {
    const titles = [...document.querySelectorAll('.table thead th')].map(({ textContent }) => textContent);
    const found = [...document.querySelectorAll('.table tr')].find((one) =>
      one.querySelector('th')!.textContent.trim().startsWith(name),
    );
    return Object.fromEntries(titles.map((title, i) => [title, found?.children[i]?.textContent ?? '']));
  }, name);
}

function ws(app: SampleApp): string {
  return `${app.url.replace('http', 'ws')}/ws`;
}

function connect(app: SampleApp): RoostClient {
  const client = new RoostClient(ws(app), { WebSocket });
  clients.push(client);
  return client;
}

describe('The operations page', () => {
  it('shows what the test does: sessions of each node and their sum, rooms, resumes', async () => {
    const page = await opens();
    await shows(page, NODES[0], { Sessions: '1', Away: '0' });
    await shows(page, NODES[1], { Sessions: '0', Members: '0' });
    const here = [connect(apps[0]), connect(apps[0])];
    const there = [connect(apps[1]), connect(apps[1]), connect(apps[1])];
    for (const client of [...here, ...there]) await client.join('feed/operations').joined;
    // The page's own session and room are on the first node.
    await shows(page, NODES[0], { Sessions: '3', Rooms: '2', Members: '3' });
    await shows(page, NODES[1], { Sessions: '3', Rooms: '1', Members: '3' });
    await shows(page, 'All', { Sessions: '6', Rooms: '3', Members: '6' });
    // Four birds five times a second, to two members here and three there.
    await shows(page, NODES[1], { 'Deliveries/s': '[4-9]\\d(\\.\\d)?' });

    const [, before] = [await row(page, 'All'), await row(page, NODES[1])];
    there[0]!.drop();
    await shows(page, NODES[1], { Sessions: '3', Away: '1' });
    there[0]!.connect();
    await shows(page, NODES[1], { Away: '0', Recovered: `${Number(before['Recovered']) + 1}`, Gaps: '0' });
    await shows(page, 'All', { Away: '0', Recovered: `${Number(before['Recovered']) + 1}` });
    await page.locator('[data-code="4900"]').filter({ hasText: 'dropped, session kept' }).waitFor();

    const gone = await RawClient.session(ws(apps[1]), { session: 'nobody.knows-it' });
    raw.push(gone);
    await shows(page, NODES[1], { 'Too late': '1', Sessions: '4' });
    const lines = page.locator('.figure').first().locator('.sparkline .line');
    expect(await lines.count()).toBe(2);
    expect(await page.locator('#node-birds li').allInnerTexts()).toEqual([...NODES]);
    await mustBeAccessible(page);
  });

  it('shows that a paused reader was closed, and that nothing waits any more', async () => {
    const page = await opens();
    const reader = await RawClient.session(ws(apps[1]));
    raw.push(reader);
    await reader.request({ op: 'join', room: 'handshake/slow' });
    reader.socket.pause();
    const closed = page.locator('[data-code="4502"]').waitFor({ timeout: 45_000 });
    const text = '波'.repeat(1_000);
    const wave = (client: RawClient, count: number) => {
      for (let n = 0; n < count; n++) client.send({ event: 'wave', room: 'handshake/slow', data: { text } });
    };
    // The network takes some megabytes of what nobody reads before anything waits. More at once, or for long, would be
    // refused: a session has 200 messages, and 50 more each second.
    const crowd = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const client = await RawClient.session(ws(apps[1]));
        raw.push(client);
        await client.request({ op: 'join', room: 'handshake/slow' });
        wave(client, 150);
        return client;
      }),
    );
    for (let over = false; !over; over = await Promise.race([closed.then(() => true), pause(50, false)])) {
      for (const client of crowd) wave(client, 2);
    }
    await closed;
    const figure = page.locator('.figure').filter({ hasText: 'Slow readers' });
    // On a busy machine one of those who talk may be slow, too.
    await figure
      .locator('.value')
      .getByText(/^[1-9]\d*$/)
      .waitFor();
    await shows(page, NODES[1], { Queued: '0 B', 'Slow now': '0' });
  });

  it('refuses who is not staff, over HTTP and in the room, in words; who signs in as staff comes in', async () => {
    const page = await comes(undefined);
    const answer = await page.goto(`${apps[0].url}/operations`);
    expect(answer?.status()).toBe(403);
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'self'");
    await page.getByRole('heading', { name: 'own or moderate a channel' }).waitFor();
    expect(await page.locator('.figure, .table').count()).toBe(0);
    await mustBeAccessible(page);

    const guest = connect(apps[0]);
    await expect(guest.join('operations').joined).rejects.toMatchObject({ code: 'FORBIDDEN' });

    const somebody = await comes('Somebody');
    expect((await somebody.goto(`${apps[0].url}/operations`))?.status()).toBe(403);

    await opens();
    await page.locator('main').getByRole('button', { name: 'Sign in' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Sign in' }).check();
    await dialog.getByLabel('Name').fill('Grace');
    await dialog.getByLabel('Password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.table').waitFor();
    await shows(page, NODES[0], { Sessions: '\\d' });
  });

  it('tells a node that is silent, and does not count it, in the dark too', async () => {
    const third = await startSampleApp({ NODE_NAME: 'Windy Jay 33', ROOST_REDIS_URL: redis.url });
    const page = await opens({ dark: true });
    await shows(page, 'Windy Jay 33', { Sessions: '0' });
    await third.stop();
    await page.locator('[data-node="Windy Jay 33"].silent').waitFor();
    const [all, ...nodes] = await Promise.all(['All', ...NODES].map((name) => row(page, name)));
    expect(Number(all?.['Sessions'])).toBe(nodes.reduce((sum, node) => sum + Number(node['Sessions']), 0));
    expect(await page.locator('#node-birds .asleep').count()).toBe(1);
    await mustBeAccessible(page);
  });
});
