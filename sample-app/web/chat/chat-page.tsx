import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import { Wire } from '../site/wire.js';
import { Announcer } from './announcer.js';
import { ChannelList } from './channel-list.js';
import { Modes } from './channel-settings.js';
import type { Chat } from './chat.js';
import { Composer } from './composer.js';
import { Emotes } from './emotes.js';
import { Log } from './log.js';
import { PeopleList } from './people-list.js';
import { PersonMenu } from './person-menu.js';

export function ChatPage({ chat }: { chat: Chat }) {
  const { visitor } = chat;
  const channel = chat.current.value;
  return (
    <Site visitor={visitor} here="/" skip={['text', 'Skip to writing']}>
      <Emotes />
      <div class="chat">
        <ChannelList chat={chat} />
        <main class="channel">
          <Sky
            visitor={visitor}
            label="Connection and people"
            title={
              <>
                <h1>
                  <span class="hash">#</span>
                  <span id="channel">{channel.name}</span>
                </h1>
                <p id="topic">{channel.topic.value}</p>
                <Modes channel={channel} />
              </>
            }
          >
            <Wire visitor={visitor} presence={channel.presence} />
            <PeopleList chat={chat} channel={channel} />
          </Sky>
          <Log key={channel.name} chat={chat} channel={channel} />
          <Composer chat={chat} channel={channel} />
          <Announcer key={channel.name} chat={chat} channel={channel} />
        </main>
      </div>
      <PersonMenu chat={chat} channel={channel} />
    </Site>
  );
}
