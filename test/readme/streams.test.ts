import { afterEach, describe, expect, it } from '@jest/globals';
import { filesOfReadme, ReadmeApp } from './readme-app.js';

const FILES = ['feed.gateway.ts', 'news.service.ts', 'feed-page.ts'];

const MODULE = `
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { RoostModule } from 'nestjs-roost';
import { FeedGateway } from './feed.gateway.js';
import { NewsService } from './news.service.js';

@Module({ imports: [RoostModule.forRoot()], providers: [FeedGateway, NewsService] })
export class AppModule implements OnApplicationBootstrap {
  constructor(private readonly news: NewsService) {}

  onApplicationBootstrap() {
    setInterval(() => this.news.headlines$.next('extra, extra'), 500);
  }
}
`;

describe('the README', () => {
  let app: ReadmeApp;
  afterEach(() => app.close());

  it('streams as its section on streams says, word for word', async () => {
    const all = filesOfReadme();
    const files = new Map(FILES.map((name) => [name, all.get(name) ?? '']));
    app = new ReadmeApp('streams', files.set('app.module.ts', MODULE));
    const server = await app.start();
    expect((await server.next()).value).toBe('1 extra, extra');
    const page = app.open('feed-page.js');
    let prices = 0;
    let watched = false;
    while (prices < 3 || !watched) {
      const { value: line } = (await page.next()) as { value: string };
      if (line === '1 watch') watched = true;
      else if (/^10[01]/.test(line)) prices++;
    }
  }, 60_000);
});
