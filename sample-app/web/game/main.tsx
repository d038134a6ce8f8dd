import { byId } from '../site/dom.js';
import { mount, startOfPage } from '../site/mount.js';
import { Game, type GameStart } from './game.js';
import { GamePage } from './game-page.js';

const game = new Game(startOfPage() as GameStart);
mount(<GamePage game={game} />);
game.connect(byId('arena'), byId('flock'));

// Who leaves the page leaves the arena; on the other pages the session would wait for who may come back.
addEventListener('pagehide', () => game.leave());
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
