import { Controller, Param } from '@nestjs/common';
import { Feed } from '../../web/feed/feed.js';
import { FeedPage } from '../../web/feed/feed-page.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';

@Controller()
export class FeedController {
  @Page('feed', 'feed/:name')
  show(@Param('name') name = 'harbour'): string {
    const start = { name };
    return renderDocument(
      {
        entry: 'feed',
        title: `${name}, live · Roost`,
        description: 'A live feed on nestjs-roost: one source, a ticker, a plot and a scoreboard.',
        noscript: 'A live feed needs JavaScript.',
        start,
      },
      <FeedPage feed={new Feed(start)} />,
    );
  }
}
