import { Controller, Param } from '@nestjs/common';
import { html } from '../view/html.js';
import { Page, Template } from '../view/page.js';

@Controller()
export class GameController {
  readonly #template = new Template('game');

  @Page('game', 'game/:name')
  show(@Param('name') name = 'meadow'): string {
    return this.#template.render({ name: html`${name}` });
  }
}
