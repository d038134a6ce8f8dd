import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import { Wire } from '../site/wire.js';
import { ChannelList } from './channel-list.js';
import type { Chat } from './chat.js';
import { Composer } from './composer.js';
import { Log } from './log.js';

export function ChatPage({ chat }: { chat: Chat }) {
  const { visitor } = chat;
  const channel = chat.current.value;
  return (
    <Site visitor={visitor} here="/" skip={['text', 'Skip to writing']}>
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
              </>
            }
          >
            <Wire visitor={visitor} presence={channel.presence} />
          </Sky>
          <Log key={channel.name} chat={chat} channel={channel} />
          <Composer chat={chat} channel={channel} />
        </main>
      </div>
    </Site>
  );
}
