import { Controller, Get, Header, NotFoundException, Param, Req } from '@nestjs/common';
import { Rooms, RoostException } from 'nestjs-roost';
import type { Request } from 'express';
import { Handshake } from '../../web/handshake/handshake.js';
import { HandshakePage } from '../../web/handshake/handshake-page.js';
import { Visitors } from '../accounts/visitors.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';
import type { RoomPosition } from './handshake.contract.js';

@Controller()
export class HandshakeController {
  constructor(
    private readonly rooms: Rooms,
    private readonly visitors: Visitors,
  ) {}

  @Page('handshake', 'handshake/:name')
  show(@Req() request: Request, @Param('name') name = 'jetty'): string {
    const start = { me: this.visitors.of(request), name };
    return renderDocument(
      {
        entry: 'handshake',
        title: 'Handshake · Roost',
        description: 'How a WebSocket begins, what goes by on it, and how it comes back: a protocol inspector.',
        noscript: 'To look into a WebSocket needs JavaScript.',
        start,
      },
      <HandshakePage handshake={new Handshake(start)} />,
    );
  }

  /** Tells a page that is cut off how far the room has got without it. */
  @Get('api/handshake/:name/position')
  @Header('cache-control', 'no-store')
  async position(@Param('name') name: string): Promise<RoomPosition> {
    try {
      const { offset } = await this.rooms.get(`handshake/${name}`).history({ limit: 1 });
      return { offset };
    } catch (error) {
      if (error instanceof RoostException) throw new NotFoundException('There is no such room.');
      throw error;
    }
  }
}
