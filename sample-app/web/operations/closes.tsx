import type { Operations } from './operations.js';
import { figure } from './units.js';

/** What each code says; PROTOCOL.md says more. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'codes of their own',
  1000: 'goodbye, the session ends',
  1001: 'page left or reloaded',
  1002: 'WebSocket broken',
  1005: 'goodbye without a code',
  1006: 'connection broke',
  1009: 'frame too large',
  1011: 'something went wrong',
  1012: 'server restarts',
  4400: 'a run of bad frames',
  4401: 'not signed in any more',
  4403: 'forbidden',
  4406: 'no common subprotocol',
  4408: 'no connect in time',
  4409: 'taken over by a newer one',
  4429: 'too much',
  4501: 'heartbeat timed out',
  4502: 'slow reader',
  4900: 'dropped, session kept',
};

/** Connections that were closed since the nodes' starts, by code. */
export function Closes({ operations }: { readonly operations: Operations }) {
  const counts = new Map<number, number>();
  for (const { last } of operations.live.value) {
    for (const [code, n] of Object.entries(last.data.since.closes)) {
      counts.set(Number(code), (counts.get(Number(code)) ?? 0) + n);
    }
  }
  const most = Math.max(1, ...counts.values());
  const rows = [...counts].sort(([one], [other]) => one - other);
  return (
    <section class="closes" aria-labelledby="closes-title">
      <h2 id="closes-title">Closed connections, by code</h2>
      {rows.length === 0 && <p class="hint">None yet.</p>}
      <dl>
        {rows.map(([code, n]) => (
          <div key={code} data-code={code}>
            <dt>
              <b>{code === 0 ? 'other' : code}</b> {NAMES[code] ?? ''}
            </dt>
            <dd>
              {figure(n)}
              <meter min={0} max={most} value={n} aria-hidden="true" />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
