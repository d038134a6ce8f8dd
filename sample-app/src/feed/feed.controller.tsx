import { Controller, Param, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Feed } from '../../web/feed/feed.js';
import { FeedPage } from '../../web/feed/feed-page.js';
import { Visitors } from '../accounts/visitors.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';

@Controller()
export class FeedController {
  constructor(private readonly visitors: Visitors) {}

  @Page('feed', 'feed/:name')
  show(@Req() request: Request, @Param('name') name = 'harbour'): string {
    const start = { me: this.visitors.of(request), name };
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
