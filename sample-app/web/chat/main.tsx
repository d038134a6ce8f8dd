import { mount, startOfPage } from '../site/mount.js';
import { Chat, type ChatStart } from './chat.js';
import { ChatPage } from './chat-page.js';

const chat = new Chat(startOfPage() as ChatStart);
mount(<ChatPage chat={chat} />);
chat.connect();
