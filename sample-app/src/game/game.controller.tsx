import { Controller, Param } from '@nestjs/common';
import { Game } from '../../web/game/game.js';
import { GamePage } from '../../web/game/game-page.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';

@Controller()
export class GameController {
  @Page('game', 'game/:name')
  show(@Param('name') name = 'meadow'): string {
    const start = { name };
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
