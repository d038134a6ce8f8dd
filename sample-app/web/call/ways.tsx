import type { ComponentChildren } from 'preact';
import type { Call } from './call.js';
import type { Reception } from './report.js';
import { summaryOf, type Trip } from './round-trips.js';
import { TripsPlot } from './trips-plot.js';

const NONE: readonly Trip[] = [];
const MS = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** The same question over both ways, side by side, and what the browser counts of sound and picture. */
export function Ways({ call }: { call: Call }) {
  const conversation = call.conversation.value;
  const roundabout = conversation?.roundabout.trips.value ?? NONE;
  const straight = conversation?.straight.trips.value ?? NONE;
  const report = conversation?.report.value;
  return (
    <section class="ways" aria-labelledby="ways-title">
      <h2 id="ways-title">There and back, two ways</h2>
      <div class="pair">
        <Way id="tcp" title="WebSocket" protocol="TCP" trips={roundabout}>
          By way of the server. In order, and all of it.
        </Way>
        <Way id="udp" title="WebRTC" protocol="UDP" trips={straight}>
          Straight.{' '}
          {report?.pair
            ? `ICE’s own checks: ${milliseconds(report.pair.milliseconds)}, ${report.pair.protocol}, ${report.pair.kinds.join(' to ')}.`
            : 'In no order; what is lost stays lost.'}
        </Way>
      </div>
      <TripsPlot tcp={roundabout} udp={straight} />
      <table class="receptions">
        <caption class="unseen">What comes from the other</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">Packets</th>
            <th scope="col">Lost</th>
            <th scope="col">Jitter</th>
            <th scope="col">kbit/s</th>
          </tr>
        </thead>
        <tbody>
          <Row id="sound" title="Sound" reception={report?.sound} />
          <Row id="picture" title="Picture" reception={report?.picture} />
        </tbody>
      </table>
    </section>
  );
}

interface WayProps {
  readonly id: string;
  readonly title: string;
  readonly protocol: string;
  readonly trips: readonly Trip[];
  readonly children: ComponentChildren;
}

function Way({ id, title, protocol, trips, children }: WayProps) {
  const { last, median, worst, lost, count } = summaryOf(trips);
  return (
    <section class="way" id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        {title} <span class="protocol">{protocol}</span>
      </h3>
      <p class="last">{milliseconds(last)}</p>
      <dl>
        <dt>median</dt>
        <dd>{milliseconds(median)}</dd>
        <dt>worst</dt>
        <dd>{milliseconds(worst)}</dd>
        <dt>lost</dt>
        <dd>
          {lost} of {count}
        </dd>
      </dl>
      <p class="manner">{children}</p>
    </section>
  );
}

function Row({ id, title, reception }: { id: string; title: string; reception: Reception | undefined }) {
  return (
    <tr id={id}>
      <th scope="row">{title}</th>
      <td>{reception ? WHOLE.format(reception.packets) : '–'}</td>
      <td>{reception ? WHOLE.format(reception.lost) : '–'}</td>
      <td>{milliseconds(reception?.jitter)}</td>
      <td>{reception?.kilobits === undefined ? '–' : WHOLE.format(reception.kilobits)}</td>
    </tr>
  );
}

/** Tenths only where they mean something, so that the longest are short enough for a phone. */
function milliseconds(value: number | undefined): string {
  return value === undefined ? '–' : `${(value < 100 ? MS : WHOLE).format(value)}\u00a0ms`;
}
