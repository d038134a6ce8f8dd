import { byId } from '../site/dom.js';
import { mount, startOf } from '../site/mount.js';
import { Game } from './game.js';
import { GamePage } from './game-page.js';

const game = new Game(startOf());
mount(<GamePage game={game} />);
game.connect(byId('arena'), byId('flock'));

// Who leaves the page leaves the arena; on the other pages the session would wait for who may come back.
addEventListener('pagehide', () => game.leave());
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
