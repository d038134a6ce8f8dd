import { FrameList } from '../inspector/frame-list.js';
import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import { CutStory } from './cut-story.js';
import { ExchangeView } from './exchange-view.js';
import { Flight } from './flight.js';
import type { Handshake } from './handshake.js';
import { OtherRoom } from './other-room.js';
import { RoundTripsView } from './round-trips-view.js';

export function HandshakePage({ handshake }: { readonly handshake: Handshake }) {
  const { visitor, name, recorder, exchange, trips, waves, wayBack, refusal } = handshake;
  const online = visitor.status.standing.value.state === 'online';
  return (
    <Site visitor={visitor} here="/handshake" skip={['exchange-title', 'Skip to the handshake']}>
      <main class="handshake">
        <Sky
          visitor={visitor}
          label="Connection"
          title={
            <>
              <h1>Handshake</h1>
              <p>
                {refusal.value ?? (
                  <>
                    What goes by between this page and its server, in the room <b dir="auto">{name}</b>.
                  </>
                )}
              </p>
            </>
          }
        >
          <Flight recorder={recorder} name={visitor.name.value} />
        </Sky>
        <div class="panels">
          <div class="column">
            <ExchangeView exchange={exchange.value} past={!online} />
            <RoundTripsView trips={trips} online={online} />
            <section class="more" aria-labelledby="more-title">
              <h2 id="more-title">More to look at</h2>
              <label class="waves">
                <input
                  type="checkbox"
                  checked={waves.wanted.value}
                  onChange={() => (waves.wanted.value = !waves.wanted.value)}
                />{' '}
                Wave to the room every 2 seconds
              </label>
              <p class="refusal" role="alert">
                {waves.fault.value}
              </p>
              <OtherRoom visitor={visitor} />
            </section>
          </div>
          <div class="column">
            <CutStory wayBack={wayBack} room={`handshake/${name}`} />
            <section class="inspector" aria-labelledby="frames-title">
              <FrameList recorder={recorder} />
            </section>
          </div>
        </div>
      </main>
    </Site>
  );
}
