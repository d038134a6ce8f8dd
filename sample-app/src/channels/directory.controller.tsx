import { Controller, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Directory } from '../../web/directory/directory.js';
import { DirectoryPage } from '../../web/directory/directory-page.js';
import { Visitors } from '../accounts/visitors.js';
import { renderDocument } from '../view/document.js';
import { Page } from '../view/page.js';
import { ChannelDirectory } from './channel-directory.js';

/** All channels as a page. */
@Controller()
export class DirectoryController {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly visitors: Visitors,
  ) {}

  @Page('/')
  show(@Req() request: Request): string {
    const start = { me: this.visitors.of(request), channels: this.directory.all() };
    return renderDocument(
      {
        entry: 'directory',
        title: 'Channels · Roost',
        description: 'A small chat on nestjs-roost: channels, and how many are in each at the moment.',
        noscript: 'The numbers are those of when the page was loaded. To see them live you need JavaScript.',
        start,
      },
      <DirectoryPage directory={new Directory(start)} />,
    );
  }
}
