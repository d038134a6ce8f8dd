import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { RoostClient } from 'nestjs-roost/client';
import { WebSocket } from 'ws';
import type { HandshakeContract } from '../../sample-app/src/handshake/handshake.contract.js';
import { mustBeAccessible } from './support/axe.js';
import { openBrowser, Person } from './support/people.js';
import { startSampleApp, type SampleApp } from './support/sample-app.js';
import { Wire, type Heard } from './support/wire.js';

jest.setTimeout(180_000);

let app: SampleApp;
let browser: Browser;
let wire: Wire;
const people: Person[] = [];
const clients: RoostClient[] = [];

beforeAll(async () => {
  [app, browser] = await Promise.all([startSampleApp(), openBrowser()]);
  wire = await Wire.to(app.port);
});

afterEach(async () => {
  const gone = people.splice(0);
  await Promise.all([...gone.map((person) => person.leaves()), ...clients.splice(0).map((client) => client.close())]);
  for (const person of gone) person.mustBeContent();
});

afterAll(async () => {
  await browser.close();
  await wire.close();
  await app.stop();
});

/** Opens the page of a room that nobody else is in, by way of the wire. */
async function comes(room: string, options: BrowserContextOptions = {}): Promise<Person> {
  wire.heard.length = 0;
  const person = await Person.comes(browser, `${wire.url}/handshake/${room}`, 'Ada', options);
  people.push(person);
  await verdict(person);
  return person;
}

/** Waits until the page has judged a handshake. */
async function verdict({ page }: Person): Promise<void> {
  await page.locator('.exchange[data-past=false] #verdict').filter({ hasText: 'It is ' }).waitFor();
}

/** The upgrades that went by on the wire, one after the other. */
function upgrades(): Heard[] {
  return wire.heard.filter(({ up }) => up.startsWith('GET /ws ') && /^Upgrade: websocket\r$/im.test(up));
}

/** The lines of an HTTP head, in which cookies have lost their values. */
function head(bytes: string): string[] {
  const [text = ''] = bytes.split('\r\n\r\n');
  return text.split('\r\n').map((line) => (/^cookie:/i.test(line) ? line.replace(/=[^;]*/g, '=•••') : line));
}

/** An HTTP head as the page shows it. */
async function shownHead({ page }: Person, which: 'Request' | 'Response'): Promise<string[]> {
  const section = page.getByRole('region', { name: which, exact: true });
  const line = await section.locator('code').innerText();
  const headers = await section
    .locator('dl > div')
    .evaluateAll((rows) =>
      rows.map(
        (row) => `${row.querySelector('dt')!.textContent.trim()}: ${row.querySelector('dd')!.textContent.trim()}`,
      ),
    );
  return [line, ...headers];
}

/** What the list of frames shows: direction, and name. */
function frames({ page }: Person): Promise<string[]> {
  return page
    .locator('.frame')
    .evaluateAll((rows) =>
      rows.map((row) => `${row.classList[1]!} ${row.querySelector('.what b')!.textContent.trim()}`),
    );
}

/** Waits until a frame is listed, and returns its row. */
async function frame({ page }: Person, name: string, direction: 'up' | 'down') {
  const row = page.locator(`.frame.${direction}`).filter({ has: page.locator('b').getByText(name, { exact: true }) });
  await row.first().waitFor();
  return row.first();
}

/** Waits until the list has frames, and none but those that fit. */
async function lists({ page }: Person, fits: string): Promise<void> {
  await page.waitForFunction((fits) => {
    const rows = [...document.querySelectorAll('.frame')];
    const names = rows.map((row) => `${row.classList[1]!} ${row.querySelector('.what b')!.textContent.trim()}`);
    return names.length > 0 && names.every((name) => new RegExp(fits).test(name));
  }, fits);
}

describe('The handshake page', () => {
  it('shows the request and the response as they went over the wire, cookies masked, and that the keys agree', async () => {
    const context = await browser.newContext();
    const cookies = [
      { name: 'flavour', value: 'hush-hush', url: wire.url },
      { name: 'second', value: 'hush=too', url: wire.url },
    ];
    await context.addCookies(cookies);
    const storageState = await context.storageState();
    await context.close();
    const ada = await comes('heads', { storageState });
    const [upgrade] = upgrades();
    expect(upgrades()).toHaveLength(1);
    expect(await shownHead(ada, 'Request')).toEqual(head(upgrade!.up));
    expect(await shownHead(ada, 'Response')).toEqual(head(upgrade!.down));
    expect(upgrade!.up).toContain('hush=too');
    expect(await ada.page.content()).not.toContain('hush');
    expect(await shownHead(ada, 'Request')).toContainEqual(
      expect.stringMatching(/^Cookie: (?=.*flavour=•••)(?=.*second=•••)(?=.*roost_login=•••)(\w+=•••(; |$))+$/),
    );

    // The accept key, computed by the page, is the one that the server has sent.
    const [, key] = /sec-websocket-key: (\S+)/i.exec(upgrade!.up)!;
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    expect(await ada.page.locator('#computed').innerText()).toBe(accept);
    expect(upgrade!.down).toContain(`Sec-WebSocket-Accept: ${accept}\r\n`);
    expect(await ada.page.locator('#verdict').getAttribute('data-agrees')).toBe('true');
  });

  it('shows frames going by both ways, opens them, and keeps their secrets', async () => {
    const ada = await comes('frames');
    await frame(ada, 'wave', 'up');
    await frame(ada, 'wave', 'down');
    await frame(ada, 'tick', 'down');
    await frame(ada, 'ack', 'down');
    const seen = await frames(ada);
    expect(seen.slice(0, 5)).toEqual(['down 101', 'up connect', 'down welcome', 'up join', 'down joined']);

    await (await frame(ada, 'connect', 'up')).getByRole('button').click();
    expect(JSON.parse(await (await frame(ada, 'connect', 'up')).locator('.json').innerText())).toEqual({
      op: 'connect',
    });
    await (await frame(ada, 'welcome', 'down')).getByRole('button').click();
    const welcome = await (await frame(ada, 'welcome', 'down')).locator('.json').innerText();
    const [, token] = /"token":"([^"]{20,})"/.exec(upgrades()[0]!.down)!;
    expect(JSON.parse(welcome)).toMatchObject({ op: 'welcome', resumed: false, session: { token: '•••' } });
    expect(await ada.page.content()).not.toContain(token);
    const [, sent] = /"event":"tick".*?"offset":(\d+)/.exec(upgrades()[0]!.down)!;
    await (await frame(ada, 'tick', 'down')).getByRole('button').click();
    expect(JSON.parse(await (await frame(ada, 'tick', 'down')).locator('.json').innerText())).toMatchObject({
      event: 'tick',
      offset: Number(sent),
    });
  });

  it('filters, finds, pauses and clears', async () => {
    const ada = await comes('filters');
    await frame(ada, 'wave', 'down');
    await ada.page.getByText('Sent', { exact: true }).click();
    await lists(ada, '^up ');
    await ada.page.getByText('Both ways', { exact: true }).click();
    await ada.page.getByLabel('Find in frames').fill('"op":"joined"');
    await lists(ada, '^down joined$');
    await ada.page.getByLabel('Find in frames').fill('');

    await ada.page.getByRole('button', { name: 'Pause' }).click();
    const paused = await frames(ada);
    const ticks = (heard: string) => heard.split('"tick"').length;
    const before = ticks(upgrades()[0]!.down);
    await expectSoon(() => ticks(upgrades()[0]!.down) > before + 1, 'two more ticks on the wire');
    expect(await frames(ada)).toEqual(paused);
    await ada.page.getByRole('button', { name: 'Pause' }).click();
    await ada.page.waitForFunction((count) => document.querySelectorAll('.frame').length > count, paused.length);
    await ada.page.getByRole('button', { name: 'Clear' }).click();
    await ada.page.waitForFunction((count) => document.querySelectorAll('.frame').length < count / 2, paused.length);
  });

  it('times pings: its own, and those of the WebSocket that only the server sees', async () => {
    const ada = await comes('pings');
    await ada.page.getByRole('button', { name: 'Send a ping' }).click();
    expect(await (await frame(ada, 'ping', 'up')).locator('.opcode').innerText()).toBe('text 0x1');
    expect(await (await frame(ada, 'pong', 'down')).locator('.round-trip').innerText()).toMatch(/^\d+\.\d ms$/);
    await ada.page.getByRole('button', { name: 'Clear' }).click();
    await ada.page.getByRole('button', { name: 'Have the server ping' }).click();
    // What the server calls by the same name is the request that asks it to.
    const seen = ada.page.locator('.frame.op-ping.down');
    await seen.waitFor();
    expect(await seen.locator('.opcode').innerText()).toBe('ping 0x9');
    expect(await ada.page.locator('.frame.op-pong.up .round-trip').innerText()).toMatch(/^\d+\.\d ms$/);
    // A ping of the server's: final, opcode 9, four bytes; the browser's pong is masked.
    expect(upgrades()[0]!.down).toContain('\u0089\u0004');
    expect(upgrades()[0]!.up).toContain('\u008a\u0084');
    for (const name of ['ping frames', 'WebSocket pings']) {
      const value = ada.page.locator('.trips li').filter({ hasText: name }).locator('.value');
      expect(await value.innerText()).toMatch(/^\d+(\.\d)? ms$/);
    }
  });

  it('comes back from a cut with another handshake, its positions, and what it has missed', async () => {
    const ada = await comes('cut');
    await frame(ada, 'tick', 'down');
    await ada.page.getByRole('button', { name: 'Cut my connection' }).click();
    await ada.status('You cut it');
    await frame(ada, 'close 4900', 'up');
    await mustBeAccessible(ada.page);
    const steps = ada.page.locator('.steps li');
    const missed = await ada.page.waitForFunction(() => {
      const words = document.querySelectorAll('.steps li')[1]!.textContent;
      const [, top, reached] = /entry (\d+), and this page at (\d+)/.exec(words) ?? [];
      return Number(top) - Number(reached) >= 3 && ([Number(top), Number(reached)] as const);
    });
    const [top, reached] = (await missed.jsonValue()) as readonly [number, number];
    await ada.reconnects();
    await ada.status('Back');
    await steps.nth(4).filter({ hasText: 'entries missed' }).waitFor();

    const told = await steps.nth(4).innerText();
    const [count, first, last] = [...told.matchAll(/\d+/g)].map(Number) as [number, number, number];
    expect(first).toBe(reached + 1);
    expect(last).toBeGreaterThanOrEqual(top);
    expect(count).toBe(last - reached);
    await ada.status(`Back, ${count} messages caught up`);
    const replayed = await ada.page.locator('.frame.replayed').allInnerTexts();
    expect(replayed.map((text) => Number(/entry (\d+)/.exec(text)?.[1]))).toEqual(
      Array.from({ length: count }, (_, i) => first + i),
    );
    expect(await steps.nth(2).innerText()).toContain(`handshake/cut at entry ${reached}`);
    expect(await ada.page.locator('.steps .done').count()).toBe(5);
    await mustBeAccessible(ada.page);

    await verdict(ada);
    const [before, after] = upgrades();
    expect(await shownHead(ada, 'Request')).toEqual(head(after!.up));
    expect(await shownHead(ada, 'Response')).toEqual(head(after!.down));
    expect(head(after!.up).join()).not.toBe(head(before!.up).join());
    // In the order that the protocol promises: welcome, the missed, then live ones.
    const lines = await frames(ada);
    const back = lines.slice(lines.lastIndexOf('down 101'));
    expect(back.slice(0, 3)).toEqual(['down 101', 'up connect', 'down welcome']);
  });

  it('keeps 500 frames of a flood, and stays usable', async () => {
    const ada = await comes('flood');
    await Promise.all(
      Array.from({ length: 4 }, async (_, i) => {
        const client = new RoostClient(`${app.url.replace('http', 'ws')}/ws`, {
          auth: { nickname: `Flock ${i}` },
          WebSocket,
        });
        clients.push(client);
        const room = client.join<HandshakeContract>('handshake/flood');
        await room.joined;
        for (let n = 0; n < 150; n++) await room.send('wave', { text: `${i}/${n}` });
      }),
    );
    await ada.page
      .locator('.totals .down')
      .filter({ hasText: /\b[6-9]\d\d\b/ })
      .waitFor();
    expect(await ada.page.locator('.frame').count()).toBe(500);
    // It has followed what came.
    const end = await ada.page
      .locator('.frames')
      .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
    expect(end).toBeLessThan(60);
    await ada.page.getByLabel('Find in frames').fill('3/149');
    await lists(ada, '^down wave$');
  });

  it('joins any other room, and says why it may not', async () => {
    const ada = await comes('others');
    await ada.page.getByLabel('Join another room').fill('chat/birds');
    await ada.page.getByRole('button', { name: 'Join', exact: true }).click();
    await ada.page.getByText('In chat/birds.').waitFor();
    await ada.page.getByLabel('Find in frames').fill('chat/birds');
    await frame(ada, 'joined', 'down');
    await lists(ada, '^(up join|down (joined|presence))$');
    await ada.page.getByLabel('Join another room').fill('nowhere');
    await ada.page.getByRole('button', { name: 'Join', exact: true }).click();
    await ada.page.getByText('nowhere: ').waitFor();
  });

  it('keeps nobody out: no serious violation in the dark either', async () => {
    const ada = await comes('dark', { colorScheme: 'dark' });
    await (await frame(ada, 'welcome', 'down')).getByRole('button').click();
    await mustBeAccessible(ada.page);
  });
});

/** Waits until something holds that no event tells of. */
async function expectSoon(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
