import { durationWords, useCountdown } from '../site/countdown.js';
import type { Channel } from './channel.js';
import type { Pending } from './outgoing.js';

interface Props {
  readonly channel: Channel;
  readonly pending: Pending;
}

/** Something the person has said that is not in the log yet. */
export function PendingLine({ channel, pending }: Props) {
  const failed = pending.failure !== undefined;
  return (
    <div class={failed ? 'line own pending failed' : 'line own pending'}>
      <p class="text" dir="auto">
        {pending.text}
        {!failed && <span class="delivery">waiting</span>}
      </p>
      {failed && <Failure channel={channel} pending={pending} />}
    </div>
  );
}

function Failure({ channel: { outgoing }, pending }: Props) {
  const left = useCountdown(pending.until ?? 0);
  return (
    <p class="delivery">
      <span role="alert">{pending.failure}</span>{' '}
      {left > 0 && <span class="countdown">Again in {durationWords(left)}. </span>}
      <button type="button" disabled={left > 0} onClick={() => outgoing.retry(pending)}>
        Try again
      </button>{' '}
      <button type="button" onClick={() => outgoing.discard(pending.id)}>
        Discard
      </button>
    </p>
  );
}
