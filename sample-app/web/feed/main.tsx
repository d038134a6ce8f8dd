import { mount, startOf } from '../site/mount.js';
import { Feed } from './feed.js';
import { FeedPage } from './feed-page.js';

const feed = new Feed(startOf());
mount(<FeedPage feed={feed} />);
feed.connect();
