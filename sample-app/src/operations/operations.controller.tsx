import { Controller, Req, UseFilters, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { Rooms, type HistoryPage } from 'nestjs-roost';
import { StaffGuard } from '../accounts/staff.guard.js';
import { Visitors } from '../accounts/visitors.js';
import { Operations } from '../../web/operations/operations.js';
import { OperationsPage } from '../../web/operations/operations-page.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';
import { SPAN, type OperationsContract, type Told } from './operations.contract.js';
import { RefusalPageFilter } from './refusal-page.filter.js';

/** Pages of the room's log that are read at most. */
const PAGES = 10;

@Controller()
@UseGuards(StaffGuard)
@UseFilters(RefusalPageFilter)
export class OperationsController {
  constructor(
    private readonly rooms: Rooms,
    private readonly visitors: Visitors,
  ) {}

  @Page('operations')
  async show(@Req() request: Request): Promise<string> {
    const start = { me: this.visitors.of(request), ...(await this.#lastMinutes()) };
    return renderDocument(
      {
        entry: 'operations',
        title: 'Operations · Roost',
        description: 'Sessions, rooms, deliveries and resumes of each node.',
        noscript: 'These are the figures of the moment at which the page was loaded.',
        start,
      },
      <OperationsPage operations={new Operations(start)} />,
    );
  }

  /** What the nodes have told in the last minutes, and where the room's log goes on. */
  async #lastMinutes() {
    const room = this.rooms.get<OperationsContract>('operations');
    const top = await room.history({ limit: 200 });
    const told: Told[] = [];
    let page: HistoryPage = top;
    for (let pages = 1; ; pages++) {
      told.unshift(...page.messages.map(({ ts, data }) => ({ ts, data }) as Told));
      const [first] = page.messages;
      if (!page.more || pages === PAGES || first === undefined || first.ts < Date.now() - SPAN) break;
      page = await room.history({ limit: 200, before: first.offset });
    }
    return { told, position: { epoch: top.epoch, offset: top.offset } };
  }
}
