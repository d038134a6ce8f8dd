import { mount, startOfPage } from '../site/mount.js';
import { Feed, type FeedStart } from './feed.js';
import { FeedPage } from './feed-page.js';

const feed = new Feed(startOfPage() as FeedStart);
mount(<FeedPage feed={feed} />);
feed.connect();
