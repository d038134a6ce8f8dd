import { Directory } from '../../web/directory/directory.js';
import { DirectoryPage } from '../../web/directory/directory-page.js';
import type { Me } from '../accounts/account.contract.js';
import { renderDocument } from '../view/document.js';
import type { ChannelSummary } from './channel.contract.js';

/** All channels as a page. */
export function renderDirectory(me: Me, channels: readonly ChannelSummary[]): string {
  const start = { me, channels };
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
