import { Controller, Req } from '@nestjs/common';
import type { Request } from 'express';
import { ComparePage } from '../../web/compare/compare-page.js';
import { Comparison } from '../../web/compare/comparison.js';
import { Visitors } from '../accounts/visitors.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';

@Controller()
export class CompareController {
  constructor(private readonly visitors: Visitors) {}

  @Page('compare')
  show(@Req() request: Request): string {
    const start = { me: this.visitors.of(request) };
    return renderDocument(
      {
        entry: 'compare',
        title: 'Compare · Roost',
        description:
          'One channel followed by polling, long polling, server-sent events and a WebSocket at once, and what each costs.',
        noscript: 'Following a channel four ways needs JavaScript.',
        start,
      },
      <ComparePage comparison={new Comparison(start)} />,
    );
  }
}
