import { Controller, Param, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Call } from '../../web/call/call.js';
import { CallPage } from '../../web/call/call-page.js';
import { Visitors } from '../accounts/visitors.js';
import { renderDocument } from '../view/document.js';
import { Page, Permissions } from '../view/page.js';

@Controller()
export class CallController {
  constructor(private readonly visitors: Visitors) {}

  @Permissions('camera', 'microphone')
  @Page('call', 'call/:name')
  show(@Req() request: Request, @Param('name') name = 'treetop'): string {
    const start = { me: this.visitors.of(request), name };
    return renderDocument(
      {
        entry: 'call',
        title: `${name}, a call · Roost`,
        description: 'A call between two browsers on nestjs-roost: WebRTC, signalled through a room.',
        noscript: 'A call needs JavaScript.',
        start,
      },
      <CallPage call={new Call(start)} />,
    );
  }
}
