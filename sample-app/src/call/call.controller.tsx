import { Controller, Param } from '@nestjs/common';
import { Call } from '../../web/call/call.js';
import { CallPage } from '../../web/call/call-page.js';
import { renderDocument } from '../view/document.js';
import { Page, Permissions } from '../view/page.js';

@Controller()
export class CallController {
  @Permissions('camera', 'microphone')
  @Page('call', 'call/:name')
  show(@Param('name') name = 'treetop'): string {
    const start = { name };
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
