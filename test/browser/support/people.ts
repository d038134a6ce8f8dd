import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { programPath } from '../../../scripts/require-programs.mjs';

/** Milliseconds for what should happen at once: a busy machine takes its time. */
const PATIENCE = 60_000;

/** Flags that give a browser a camera and a microphone, and have it ask nobody. Few pictures: all are encoded here. */
export const FAKE_DEVICES = ['--use-fake-device-for-media-stream=fps=10', '--use-fake-ui-for-media-stream'] as const;

/**
 * Features that a test has no use for. The suggestions below the address bar are pages with a process of their own, two
 * to a window, which take longer to start than a page of the sample app. The others are those of Playwright's list that
 * matter here: of two such flags the second holds.
 */
const WITHOUT = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'PaintHolding',
  'MediaRouter',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'PreconnectToSearch',
];

/** @param flags further ones, for what a test needs of the browser */
export function openBrowser(...flags: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: programPath('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${WITHOUT.join()}`,
      ...flags,
    ],
  });
}

/** Somebody before a page of the sample app, with a browser profile of their own. */
export class Person {
  /** What the page has complained about in its console. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Opens a page and waits until its connection stands. */
  static async comes(
    browser: Browser,
    url: string,
    nickname?: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    if (nickname !== undefined) {
      const answer = await context.request.post(new URL('/api/guest', url).href, { data: { name: nickname } });
      if (!answer.ok()) throw new Error(`no guest ${nickname}: ${answer.status()} ${await answer.text()}`);
    }
    const person = new Person(await context.newPage());
    await person.page.goto(url);
    await person.status('Online');
    return person;
  }

  /** Opens a page as somebody with an account, which is made first. */
  static async signsUp(
    browser: Browser,
    url: string,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    const data = { name, password: `the password of ${name}` };
    const answer = await context.request.post(new URL('/api/sign-up', url).href, { data });
    if (!answer.ok()) throw new Error(`no account ${name}: ${answer.status()} ${await answer.text()}`);
    const person = new Person(await context.newPage());
    await person.page.goto(url);
    await person.status('Online');
    return person;
  }

  /** Waits until the status line says this. */
  async status(words: string | RegExp): Promise<void> {
    await this.page.locator('#status-words').filter({ hasText: words }).waitFor();
  }

  /** Goes to another channel of the list, and waits until the page shows it. */
  async visits(channel: string): Promise<void> {
    await this.page.locator(`[data-channel="${channel}"]`).click();
    await this.page.locator('#channel').getByText(channel, { exact: true }).waitFor();
  }

  async writes(text: string): Promise<void> {
    await this.page.getByLabel('Message', { exact: true }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Writes, and waits until the log has it. */
  async says(text: string): Promise<void> {
    await this.writes(text);
    await this.sees(text);
  }

  /** Writes one after the other, as fast as a page can. */
  async chatters(texts: readonly string[]): Promise<void> {
    await this.page.evaluate(async (all) => {
      const input = document.querySelector<HTMLTextAreaElement>('#text')!;
      for (const text of all) {
        input.value = text;
        input.form!.requestSubmit();
        await new Promise(requestAnimationFrame);
      }
    }, texts);
  }

  /** Does not wait for the next attempt to connect, if that has not been made yet. */
  async reconnects(): Promise<void> {
    await this.page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>('#cut')!;
      if (button.textContent === 'Connect now') button.click();
    });
  }

  /** Waits until the log has a line with exactly this text. */
  async sees(text: string): Promise<void> {
    await this.page.locator('#lines .text').getByText(text, { exact: true }).first().waitFor();
  }

  /**
   * The texts of all messages in the log. Only those that can be seen are in the page: it goes through the log from its
   * end to its begin, loading what there is, and back to the end.
   */
  lines(): Promise<string[]> {
    return this.page.evaluate(async () => {
      const log = document.querySelector('#log')!;
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const texts = new Map<string, string>();
      const look = () => {
        for (const row of log.querySelectorAll<HTMLElement>('.row[data-key]')) {
          const text = row.querySelector<HTMLElement>('.line .text');
          if (text) texts.set(row.dataset['key']!, text.innerText);
        }
      };
      // From the end, whatever is in view now.
      log.scrollTop = log.scrollHeight;
      await frame();
      for (;;) {
        look();
        const earlier = log.querySelector<HTMLButtonElement>('#earlier');
        // Rows turn out higher or lower than they were taken to be: from the first that is drawn, none is passed over.
        if (log.scrollTop > 0) log.querySelector('.row[data-key]')?.scrollIntoView({ block: 'end' });
        else if (earlier === null) break;
        else {
          const height = log.scrollHeight;
          earlier.click();
          while (log.scrollHeight === height && log.querySelector('#earlier')) await frame();
        }
        await frame();
      }
      log.scrollTop = log.scrollHeight;
      await frame();
      look();
      // Of a log that has begun anew the offsets begin anew, too.
      const place = (key: string) => Number(key.split('/')[0]) * 1e9 + Number(key.split('/')[1]);
      return [...texts].sort(([a], [b]) => place(a) - place(b)).map(([, text]) => text);
    });
  }

  /** Waits until the wire holds these names, in any order, and no others. */
  async seesPeople(...names: string[]): Promise<void> {
    await this.page.waitForFunction(
      (expected) =>
        [...document.querySelectorAll('#people li > span')]
          .map(({ textContent }) => textContent)
          .toSorted()
          .join() === expected,
      names.toSorted().join(),
    );
  }

  /** @throws where the page has complained in its console */
  mustBeContent(): void {
    if (this.complaints.length > 0) throw new Error(`the page complained: ${this.complaints.join('; ')}`);
  }

  async leaves(): Promise<void> {
    await this.page.context().close();
  }
}
