import { useEffect, useState } from 'preact/hooks';
import type { Exchange, Head } from '../../src/handshake/handshake.contract.js';
import { acceptKey, PROTOCOL_GUID } from './accept-key.js';

/** Headers that make a request or a response one of WebSockets. */
const ESSENTIAL = /^(connection|upgrade|sec-websocket-.*)$/i;

interface Props {
  readonly exchange: Exchange | undefined;
  /** Whether it was of a connection that is gone. */
  readonly past: boolean;
}

/** The HTTP exchange with which a connection has begun. */
export function ExchangeView({ exchange, past }: Props) {
  return (
    <section class="exchange" data-past={past} aria-labelledby="exchange-title">
      <h2 id="exchange-title">How this connection began</h2>
      <p class="hint">
        One request of HTTP/1.1, in which the browser asks for another protocol. After the 101 it is one.
      </p>
      <HeadView title="Request" sign="↑" head={exchange?.request} />
      <HeadView title="Response" sign="↓" head={exchange?.response} />
      <KeyView exchange={exchange} />
    </section>
  );
}

function HeadView({
  title,
  sign,
  head,
}: {
  readonly title: string;
  readonly sign: string;
  readonly head?: Head | undefined;
}) {
  const name = title.toLowerCase();
  return (
    <section class={`head ${name}`} aria-label={title}>
      <h3>
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
        <span class="unseen">{title}: </span>
        <code>{head?.line ?? '…'}</code>
      </h3>
      <dl>
        {head?.headers.map(([header, value], i) => (
          <div key={i} class={ESSENTIAL.test(header) ? 'essential' : ''}>
            <dt>{header}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Makes the accept key of the request's key, and compares. */
function KeyView({ exchange }: { readonly exchange: Exchange | undefined }) {
  const key = exchange && find(exchange.request, 'sec-websocket-key');
  const accept = exchange && find(exchange.response, 'sec-websocket-accept');
  const [computed, setComputed] = useState<string>();
  useEffect(() => {
    let current = true;
    setComputed(undefined);
    if (key === undefined) return undefined;
    acceptKey(key).then(
      (made) => current && setComputed(made),
      // Only pages that are served safely may use it.
      () => current && setComputed('this page has no crypto.subtle: it needs https, or localhost'),
    );
    return () => {
      current = false;
    };
  }, [key]);
  const agrees = computed !== undefined && computed === accept;
  return (
    <section class="key" aria-label="The key">
      <h3>Does the server mean it?</h3>
      <dl>
        <div>
          <dt>key</dt>
          <dd>{key ?? '…'}</dd>
        </div>
        <div>
          <dt>+ what all servers append</dt>
          <dd>{PROTOCOL_GUID}</dd>
        </div>
        <div>
          <dt>SHA-1 of both, made here</dt>
          <dd id="computed">{computed ?? '…'}</dd>
        </div>
      </dl>
      <p class="verdict" data-agrees={agrees} id="verdict">
        {computed === undefined
          ? 'Computing'
          : agrees
            ? 'It is the server’s Sec-WebSocket-Accept: no cache and no server that knows nothing of WebSockets has answered.'
            : 'It is not what the server has answered.'}
      </p>
    </section>
  );
}

function find({ headers }: Head, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
