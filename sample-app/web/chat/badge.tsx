import type { Badge as Kind } from '../../src/chat/chat.contract.js';

const WORDS = { owner: 'Owner', moderator: 'Moderator', guest: 'Guest' } as const;

/** What somebody may do here, as a sign beside their name. */
export function Badge({ kind }: { kind: Kind | undefined }) {
  if (kind === undefined) return null;
  if (kind === 'guest') return <span class="badge guest">guest</span>;
  return (
    <svg class={`badge ${kind}`} viewBox="0 0 16 16" role="img" aria-label={WORDS[kind]}>
      <title>{WORDS[kind]}</title>
      {kind === 'owner' ? (
        <path d="M2 13V5l3.500 3L8 3l2.500 5L14 5v8z" />
      ) : (
        <path d="M8 1.500l5.500 2v4c0 3.500-2.200 5.800-5.500 7-3.300-1.200-5.500-3.500-5.500-7v-4z" />
      )}
    </svg>
  );
}
