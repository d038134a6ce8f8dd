import type { Tally, Way } from '../../src/compare/compare.contract.js';
import { bytes, duration, number } from './figures.js';
import type { Deliveries } from './measurement.js';
import { WAY_FACTS } from './way-facts.js';

/** A bird in the colour of its way. */
export function WayBird({ way }: { way: Way }) {
  return (
    <svg class="bird" aria-hidden="true">
      <use href={`#bird-${WAY_FACTS[way].bird}`} />
    </svg>
  );
}

interface CardProps {
  readonly way: Way;
  readonly tally: Tally;
  readonly deliveries: Deliveries;
  readonly every: number;
  readonly running: boolean;
}

/** What one way has used and brought. */
export function Card({ way, tally, deliveries, every, running }: CardProps) {
  const { name, does, dashes } = WAY_FACTS[way];
  const { messages, faults, delay, connected } = deliveries;
  return (
    <li class="card" data-way={way}>
      <WayBird way={way} />
      <h2>{name}</h2>
      <p class="does">{running && !connected ? 'no connection' : does(every / 1_000)}</p>
      <svg class="sample" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" y1="3" x2="100" y2="3" stroke-dasharray={dashes} />
      </svg>
      <dl>
        <Figure name="Requests" value={number(tally.requests)} />
        <Figure name="Bytes up" value={bytes(tally.up)} />
        <Figure name="Bytes down" value={bytes(tally.down)} />
        <Figure name="Messages" value={number(messages)} fault={faults > 0 ? `${faults} lost or twice` : undefined} />
        <Figure name="Mean delay" value={delay === undefined ? '–' : duration(delay)} />
      </dl>
    </li>
  );
}

function Figure({ name, value, fault }: { name: string; value: string; fault?: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {fault && <em class="fault">{fault}</em>}
      </dd>
    </div>
  );
}
