import { render } from 'preact';
import type { HandshakeContract } from '../../src/handshake/handshake.contract.js';
import { byId } from '../dom.js';
import { inspected } from '../inspector/inspected.js';
import { Recorder } from '../inspector/recorder.js';
import { Visitor } from '../site/visitor.js';
import { Flight } from './flight.js';
import { HandshakePage } from './handshake-page.js';

const recorder = new Recorder();
const visitor = new Visitor({ WebSocket: inspected(WebSocket, recorder) });
const flight = new Flight(recorder);
const name = byId('name').textContent;

visitor.enter((client) => {
  const room = client.join<HandshakeContract>(`handshake/${name}`);
  room.onJoined(({ data }) => {
    visitor.is(data.you);
    flight.perch(data.you.name);
  });
  room.onRecovery((recovery) => visitor.statusLine.recovered(recovery));
  render(<HandshakePage client={client} room={room} name={name} recorder={recorder} />, byId('page'));
});
