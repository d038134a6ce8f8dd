import { mount, startOfPage } from '../site/mount.js';
import { ComparePage } from './compare-page.js';
import { Comparison, type CompareStart } from './comparison.js';

const comparison = new Comparison(startOfPage() as CompareStart);
mount(<ComparePage comparison={comparison} />);
comparison.connect();

// Who leaves the page leaves the experiment; the session waits for who may come back.
addEventListener('pagehide', () => comparison.stop());
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
