import { bird } from '../site/bird.js';
import { count } from '../site/count.js';
import type { Operations } from './operations.js';

/** The nodes as birds on the wire, in the colours of their lines. */
export function NodeWire({ operations }: { readonly operations: Operations }) {
  const nodes = operations.nodes.value;
  return (
    <div class="wire">
      <h2 class="unseen" id="here">
        {count(operations.live.value.length, 'node')}
      </h2>
      <ul id="node-birds" aria-labelledby="here" tabIndex={0}>
        {nodes.map(({ name, tint, silent }) => (
          <li key={name} class={silent ? 'asleep' : ''} title={silent ? `${name}, silent` : name}>
            <svg class={`bird tint-${tint}`} aria-hidden="true">
              <use href={`#bird-${bird(name).shape}`} />
            </svg>
            <span dir="auto">{name}</span>
            {silent && <i class="unseen">silent</i>}
          </li>
        ))}
      </ul>
      <div class="line-left" />
      <div class="line-right" />
    </div>
  );
}
