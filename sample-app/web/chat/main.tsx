import { mount, startOf } from '../site/mount.js';
import { Chat } from './chat.js';
import { ChatPage } from './chat-page.js';

const chat = new Chat(startOf());
mount(<ChatPage chat={chat} />);
chat.connect();
