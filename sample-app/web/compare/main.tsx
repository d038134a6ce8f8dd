import { render } from 'preact';
import { byId } from '../dom.js';
import { Visitor } from '../site/visitor.js';
import { Comparison } from './comparison.js';
import { Experiment } from './experiment.js';

const comparison = new Comparison(new Visitor());
render(<Experiment comparison={comparison} />, byId('experiment'));

// Who leaves the page leaves the experiment; the session waits for who may come back.
addEventListener('pagehide', () => comparison.stop());
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
