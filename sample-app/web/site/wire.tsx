import type { ReadonlySignal } from '@preact/signals';
import type { PresenceMember, PresenceState } from 'nestjs-roost/client';
import { Bird } from './bird.js';
import { count } from './count.js';
import type { Visitor } from './visitor.js';

/** Birds on the wire; more are counted. */
const PLACES = 60;

interface Props {
  readonly visitor: Visitor;
  /** Who is here, once it is known. */
  readonly presence: ReadonlySignal<PresenceState | undefined>;
}

/** Who is here: birds on a wire, the person's own first. */
export function Wire({ visitor, presence: { value: presence } }: Props) {
  const own = visitor.sessions.value;
  const isOwn = ({ id }: PresenceMember) => own.has(id);
  const members = [...(presence?.members ?? [])].sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
  const shown = members.slice(0, PLACES);
  const others = (presence?.count ?? 0) - shown.length;
  return (
    <div class="wire">
      <h2 class="unseen" id="here">
        {presence ? `${count(presence.count, 'bird')} here` : 'Who is here'}
      </h2>
      <ul id="people" aria-labelledby="here" tabIndex={0}>
        {shown.map((member) => (
          <Perch key={member.id} member={member} own={isOwn(member)} />
        ))}
        {others > 0 && <li class="others">{others} more</li>}
      </ul>
      <div class="line-left" />
      <div class="line-right" />
    </div>
  );
}

function Perch({ member, own }: { member: PresenceMember; own: boolean }) {
  const name = member.user?.name ?? 'Somebody';
  const away = (member.away ?? false) && !own;
  return (
    <li class={`${own ? 'own' : ''}${away ? 'asleep' : ''}`} title={away ? `${name}, away` : name}>
      <Bird name={name} />
      <span dir="auto">{name}</span>
      {own && <i class="unseen">you</i>}
      {away && <i class="unseen">away</i>}
    </li>
  );
}
