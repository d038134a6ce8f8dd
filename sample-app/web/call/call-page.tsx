import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import { Wire } from '../site/wire.js';
import type { Call } from './call.js';
import { Stage } from './stage.js';
import { Why } from './why.js';
import { Ways } from './ways.js';

export function CallPage({ call }: { call: Call }) {
  const { visitor, name, presence } = call;
  return (
    <Site visitor={visitor} here="/call" skip={['controls', 'Skip to the call’s buttons']}>
      <main class="call">
        <Sky
          visitor={visitor}
          label="Signalling and people"
          cut="Cut my signalling"
          title={
            <>
              <h1 dir="auto">{name}</h1>
              <p>A call for two. The WebSocket helps them find each other; sound and picture go straight.</p>
            </>
          }
        >
          <Wire visitor={visitor} presence={presence} />
        </Sky>
        <Stage call={call} />
        <Ways call={call} />
        <Why />
      </main>
    </Site>
  );
}
