import { Controller, Param, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Game } from '../../web/game/game.js';
import { GamePage } from '../../web/game/game-page.js';
import { Visitors } from '../accounts/visitors.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';

@Controller()
export class GameController {
  constructor(private readonly visitors: Visitors) {}

  @Page('game', 'game/:name')
  show(@Req() request: Request, @Param('name') name = 'meadow'): string {
    const start = { me: this.visitors.of(request), name };
    return renderDocument(
      {
        entry: 'game',
        title: `${name}, fly · Roost`,
        description: "An arena on nestjs-roost: everybody's bird, twenty times a second.",
        noscript: 'Flying needs JavaScript.',
        start,
      },
      <GamePage game={new Game(start)} />,
    );
  }
}
