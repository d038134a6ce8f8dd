import { afterEach, describe, expect, it } from '@jest/globals';
import { filesOfReadme, ReadmeApp } from './readme-app.js';

const STEPS = ['app.module.ts', 'chat.gateway.ts', 'page.ts'];

describe('the README', () => {
  let app: ReadmeApp;
  afterEach(() => app.close());

  it('mounts Roost in four steps, followed word for word', async () => {
    const all = filesOfReadme();
    const files = new Map(STEPS.map((name) => [name, all.get(name) ?? '']));
    app = new ReadmeApp('mount', files);
    await app.start();
    const page = app.open('page.js');
    expect((await page.next()).value).toBe("{ text: 'hi' }");
  }, 60_000);
});
