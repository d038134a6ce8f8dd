import type { ClientRoom, ClientStatus, RoostClient } from 'nestjs-roost/client';
import { useEffect, useState } from 'preact/hooks';
import type { Exchange, HandshakeContract } from '../../src/handshake/handshake.contract.js';
import { FrameList } from '../inspector/frame-list.js';
import type { Recorder } from '../inspector/recorder.js';
import { CutStory } from './cut-story.js';
import { ExchangeView } from './exchange-view.js';
import { OtherRoom } from './other-room.js';
import { RoundTrips } from './round-trips.js';

/** Milliseconds between two waves. */
const WAVE = 2_000;

interface HandshakePageProps {
  readonly client: RoostClient;
  readonly room: ClientRoom<HandshakeContract>;
  /** The room's name without its kind. */
  readonly name: string;
  readonly recorder: Recorder;
}

export function HandshakePage({ client, room, name, recorder }: HandshakePageProps) {
  const status = useStatus(client);
  const exchange = useExchange(room);
  const online = status.state === 'online';
  return (
    <>
      <div class="column">
        <section class="exchange" data-past={!online} aria-labelledby="exchange-title">
          <ExchangeView exchange={exchange} />
        </section>
        <section class="round-trips" aria-labelledby="trips-title">
          <RoundTrips recorder={recorder} room={room} online={online} />
        </section>
        <section class="more" aria-labelledby="more-title">
          <h2 id="more-title">More to look at</h2>
          <Waves room={room} online={online} />
          <OtherRoom client={client} />
        </section>
      </div>
      <div class="column">
        <section class="story" aria-labelledby="story-title">
          <CutStory recorder={recorder} status={status} room={name} reached={() => room.position?.offset ?? 0} />
        </section>
        <section class="inspector" aria-labelledby="frames-title">
          <FrameList recorder={recorder} />
        </section>
      </div>
    </>
  );
}

/** Sends something every now and then, so that frames go both ways at once. */
function Waves({ room, online }: { readonly room: ClientRoom<HandshakeContract>; readonly online: boolean }) {
  const [waving, setWaving] = useState(true);
  const [fault, setFault] = useState('');
  useEffect(() => {
    if (!waving || !online) return undefined;
    const wave = async () => {
      try {
        await room.send('wave', { text: '👋' });
        setFault('');
      } catch (error) {
        setFault(error instanceof Error ? error.message : String(error));
      }
    };
    const timer = setInterval(() => void wave(), WAVE);
    return () => clearInterval(timer);
  }, [room, waving, online]);
  return (
    <>
      <label class="waves">
        <input type="checkbox" checked={waving} onChange={() => setWaving(!waving)} /> Wave to the room every 2 seconds
      </label>
      <p class="refusal" role="alert">
        {fault}
      </p>
    </>
  );
}

function useStatus(client: RoostClient): ClientStatus {
  const [status, setStatus] = useState(client.status);
  useEffect(() => {
    setStatus(client.status);
    return client.onStatus(setStatus);
  }, [client]);
  return status;
}

/** How the present connection has begun. `joined` tells of the first one; after that it is asked for. */
function useExchange(room: ClientRoom<HandshakeContract>): Exchange | undefined {
  const [exchange, setExchange] = useState<Exchange>();
  useEffect(() => {
    const ask = async () => {
      try {
        setExchange(await room.send('exchange'));
      } catch {
        // The connection is gone again, and the next one will be asked.
      }
    };
    const stops = [room.onJoined(({ data }) => setExchange(data.exchange)), room.onRecovery(() => void ask())];
    return () => {
      for (const stop of stops) stop();
    };
  }, [room]);
  return exchange;
}
