import type { Request } from 'express';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Operations } from '../../web/operations/operations.js';
import { RefusalPage } from '../../web/operations/refusal-page.js';
import { Visitors } from '../accounts/visitors.js';
import { renderDocument } from '../view/document.js';
import { PAGE_HEADERS } from '../view/page.js';

/** Tells who may not come in so in a page, and where to sign in. */
@Catch(HttpException)
export class RefusalPageFilter implements ExceptionFilter<HttpException> {
  constructor(private readonly visitors: Visitors) {}

  catch(refusal: HttpException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const start = { me: this.visitors.of(http.getRequest<Request>()), refusal: refusal.message };
    const page = renderDocument(
      {
        entry: 'operations',
        title: 'Operations · Roost',
        description: 'For moderators.',
        noscript: 'To sign in needs JavaScript.',
        start,
      },
      <RefusalPage operations={new Operations(start)} />,
    );
    http.getResponse<ServerResponse>().writeHead(refusal.getStatus(), PAGE_HEADERS).end(page);
  }
}
