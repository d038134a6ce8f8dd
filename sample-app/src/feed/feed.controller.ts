import { Controller, Param } from '@nestjs/common';
import { html } from '../view/html.js';
import { Page, Template } from '../view/page.js';

@Controller()
export class FeedController {
  readonly #template = new Template('feed');

  @Page('feed', 'feed/:name')
  show(@Param('name') name = 'harbour'): string {
    return this.#template.render({ name: html`${name}` });
  }
}
