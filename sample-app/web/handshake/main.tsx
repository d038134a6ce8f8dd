import { mount, startOfPage } from '../site/mount.js';
import { Handshake, type HandshakeStart } from './handshake.js';
import { HandshakePage } from './handshake-page.js';

const handshake = new Handshake(startOfPage() as HandshakeStart);
mount(<HandshakePage handshake={handshake} />);
handshake.connect();
