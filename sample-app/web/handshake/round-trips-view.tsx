import type { ComponentChildren } from 'preact';
import { Sparkline } from '../plots/sparkline.js';
import { KEPT, type RoundTrips } from './round-trips.js';

interface Props {
  readonly trips: RoundTrips;
  readonly online: boolean;
}

/** How long there and back takes: for a request, for `ping` frames, and for pings of the WebSocket. */
export function RoundTripsView({ trips, online }: Props) {
  const heartbeat = trips.heartbeat.value;
  return (
    <section class="round-trips" aria-labelledby="trips-title">
      <h2 id="trips-title">There and back</h2>
      <ul class="trips">
        <Trip name="Requests" hint="a frame with an id, and its answer" trips={trips.requests.value} />
        <Trip name="ping frames" hint="Roost’s own, which pages can send" trips={trips.frames.value}>
          <button type="button" disabled={!online} onClick={() => trips.ping()}>
            Send a ping
          </button>
        </Trip>
        <Trip name="WebSocket pings" hint="measured by the server" trips={trips.sockets.value}>
          <button type="button" disabled={!online} onClick={() => void trips.pingSocket()}>
            Have the server ping
          </button>
        </Trip>
      </ul>
      <p class="hint" role="status">
        {trips.fault.value ||
          (heartbeat === undefined
            ? 'The heartbeat pings who has been silent, and once after a random while.'
            : `The server’s heartbeat has measured ${millis(heartbeat)} last.`)}
      </p>
    </section>
  );
}

interface TripProps {
  readonly name: string;
  readonly hint: string;
  readonly trips: readonly number[];
  readonly children?: ComponentChildren;
}

function Trip({ name, hint, trips, children }: TripProps) {
  const last = trips.at(-1);
  // One after the other, whenever they were: there may be minutes between two.
  const points = trips.map((value, i) => ({ at: KEPT - trips.length + i, value }));
  const label = last === undefined ? `${name}: none yet` : `${name}: the last took ${millis(last)}`;
  return (
    <li>
      <b>{name}</b>
      <span class="value">{last === undefined ? '–' : millis(last)}</span>
      <span class="hint">{hint}</span>
      <Sparkline label={label} lines={[{ name, tint: 0, points }]} from={0} to={KEPT - 1} least={2} />
      {children}
    </li>
  );
}

function millis(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
