import type { ComponentChildren } from 'preact';
import { WAYS } from '../../src/compare/compare.contract.js';
import { WayBird } from './card.js';
import { bytes, number, rate } from './figures.js';
import type { Measurement } from './measurement.js';
import { WAY_FACTS } from './way-facts.js';

const VIEWERS = 10_000;
/** Seconds that must have been measured before anything is told from them. */
const ENOUGH = 2;

/** What each way would cost with many viewers, told from the one that is this page. */
export function Costs({ measurement }: { measurement: Measurement }) {
  const { seconds } = measurement;
  const known = seconds >= ENOUGH;
  const viewers = number(VIEWERS);
  return (
    <section class="costs" aria-labelledby="costs-title">
      <h2 id="costs-title">With {viewers} viewers</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Way</span>
            </th>
            <th scope="col">requests/s</th>
            <th scope="col">Mbit/s</th>
          </tr>
        </thead>
        <tbody>
          {WAYS.map((way) => {
            const { requests, up, down } = measurement.tally(way);
            const bytesUsed = up + down;
            return (
              <tr key={way} data-way={way}>
                <th scope="row">
                  <WayBird way={way} />
                  {WAY_FACTS[way].name}
                </th>
                <Cost value={known ? (VIEWERS * requests) / seconds : undefined}>
                  {number(requests)} in {number(seconds)} s
                </Cost>
                <Cost value={known ? (VIEWERS * 8 * bytesUsed) / 1e6 / seconds : undefined}>
                  {bytes(bytesUsed)} in {number(seconds)} s
                </Cost>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="formula">
        {viewers} × requests ÷ seconds, and {viewers} × 8 × bytes ÷ seconds, both of this page as one viewer.
      </p>
    </section>
  );
}

/** @param value nothing where it is not known yet; `children` are what it is told from */
function Cost({ value, children }: { value: number | undefined; children: ComponentChildren }) {
  return (
    <td>
      <b>{value === undefined ? '–' : rate(value)}</b>
      <small>{children}</small>
    </td>
  );
}
