import type { Channel } from './channel.js';
import type { Pending } from './outgoing.js';

/** Something the person has said that is not in the log yet. */
export function PendingLine({ channel: { outgoing }, pending }: { channel: Channel; pending: Pending }) {
  const { id, text, failure } = pending;
  return (
    <div class={failure === undefined ? 'line own pending' : 'line own pending failed'}>
      <p class="text" dir="auto">
        {text}
        {failure === undefined && <span class="delivery">waiting</span>}
      </p>
      {failure !== undefined && (
        <p class="delivery" role="alert">
          {failure}{' '}
          <button type="button" onClick={() => outgoing.retry(pending)}>
            Try again
          </button>{' '}
          <button type="button" onClick={() => outgoing.discard(id)}>
            Discard
          </button>
        </p>
      )}
    </div>
  );
}
