import { Controller } from '@nestjs/common';
import { Page, Template } from '../view/page.js';

@Controller()
export class CompareController {
  readonly #template = new Template('compare');

  @Page('compare')
  show(): string {
    return this.#template.render({});
  }
}
