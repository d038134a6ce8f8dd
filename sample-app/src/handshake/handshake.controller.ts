import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { Rooms, RoostException } from 'nestjs-roost';
import { html } from '../view/html.js';
import { Page, Template } from '../view/page.js';
import type { RoomPosition } from './handshake.contract.js';

@Controller()
export class HandshakeController {
  readonly #template = new Template('handshake');

  constructor(private readonly rooms: Rooms) {}

  @Page('handshake', 'handshake/:name')
  show(@Param('name') name = 'jetty'): string {
    return this.#template.render({ name: html`${name}` });
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
