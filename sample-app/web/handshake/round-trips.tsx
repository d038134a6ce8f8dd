import type { ClientRoom } from 'nestjs-roost/client';
import { useEffect, useState } from 'preact/hooks';
import type { HandshakeContract } from '../../src/handshake/handshake.contract.js';
import { fields, type Recorder } from '../inspector/recorder.js';
import { Sparkline, type Point } from '../plots/sparkline.js';

interface RoundTripsProps {
  readonly recorder: Recorder;
  readonly room: ClientRoom<HandshakeContract>;
  readonly online: boolean;
}

const KINDS = ['requests', 'frames', 'sockets'] as const;
type Kind = (typeof KINDS)[number];
type Trips = Readonly<Record<Kind, readonly Point[]>>;

const NONE: Trips = { requests: [], frames: [], sockets: [] };
/** Round trips of a kind that are drawn. */
const KEPT = 40;

/** How long there and back takes: for a request, for `ping` frames, and for pings of the WebSocket. */
export function RoundTrips({ recorder, room, online }: RoundTripsProps) {
  const [trips, setTrips] = useState(NONE);
  const [heartbeat, setHeartbeat] = useState<number>();
  const [fault, setFault] = useState('');
  const add = (kind: Kind, point: Point) =>
    setTrips((before) => ({ ...before, [kind]: [...before[kind], point].slice(-KEPT) }));

  useEffect(
    () =>
      recorder.onFrame((frame) => {
        if (frame?.roundTrip === undefined || frame.opcode !== 'text') return;
        const { op } = fields(frame.content);
        if (op === 'ack') add('requests', { at: frame.at, value: frame.roundTrip });
        if (op === 'pong') add('frames', { at: frame.at, value: frame.roundTrip });
      }),
    [recorder],
  );

  const pingSocket = async () => {
    setFault('');
    try {
      const { at, roundTrip, bytes, heartbeat } = await room.send('ping');
      recorder.control('ping', 'down', { seenBy: 'the server' }, { at, bytes });
      recorder.control('pong', 'up', { seenBy: 'the server' }, { at: at + roundTrip, bytes, roundTrip });
      add('sockets', { at, value: roundTrip });
      setHeartbeat(heartbeat);
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <>
      <h2 id="trips-title">There and back</h2>
      <ul class="trips">
        <Trip name="Requests" hint="a frame with an id, and its answer" points={trips.requests} />
        <Trip name="ping frames" hint="Roost’s own, which pages can send" points={trips.frames}>
          <button type="button" disabled={!online} onClick={() => recorder.send('{"op":"ping"}')}>
            Send a ping
          </button>
        </Trip>
        <Trip name="WebSocket pings" hint="measured by the server" points={trips.sockets}>
          <button type="button" disabled={!online} onClick={() => void pingSocket()}>
            Have the server ping
          </button>
        </Trip>
      </ul>
      <p class="hint" role="status">
        {fault ||
          (heartbeat === undefined
            ? 'The heartbeat pings who has been silent, and once after a random while.'
            : `The server’s heartbeat has measured ${millis(heartbeat)} last.`)}
      </p>
    </>
  );
}

interface TripProps {
  readonly name: string;
  readonly hint: string;
  readonly points: readonly Point[];
  readonly children?: preact.ComponentChildren;
}

function Trip({ name, hint, points, children }: TripProps) {
  const last = points.at(-1)?.value;
  // One after the other, whenever they were: there may be minutes between two.
  const line = points.map(({ value }, i) => ({ at: KEPT - points.length + i, value }));
  const label = last === undefined ? `${name}: none yet` : `${name}: the last took ${millis(last)}`;
  return (
    <li>
      <b>{name}</b>
      <span class="value">{last === undefined ? '–' : millis(last)}</span>
      <span class="hint">{hint}</span>
      <Sparkline label={label} lines={[{ name, tint: 0, points: line }]} from={0} to={KEPT - 1} least={2} />
      {children}
    </li>
  );
}

function millis(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
