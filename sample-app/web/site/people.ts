import type { PresenceState } from 'nestjs-roost/client';
import { birdPicture } from '../../src/people/bird.js';
import { html, type Html } from '../../src/view/html.js';
import { byId, count, nodes } from '../dom.js';
import type { Me } from './visitor.js';

/** Birds on the wire; more are counted. */
const PLACES = 60;

type Member = NonNullable<PresenceState['members']>[number];

/** Draws who is here: birds on a wire, the person's own first. */
export class People {
  readonly #list = byId('people');
  readonly #title = byId('here');

  constructor(private readonly me: Me) {}

  draw(state: PresenceState | undefined): void {
    const members = [...(state?.members ?? [])].sort((a, b) => Number(this.#isMe(b)) - Number(this.#isMe(a)));
    const shown = members.slice(0, PLACES);
    const others = (state?.count ?? 0) - shown.length;
    this.#title.textContent = state ? `${count(state.count, 'bird')} here` : 'Who is here';
    this.#list.replaceChildren(
      nodes([
        ...shown.map((member) => this.#perch(member)),
        ...(others > 0 ? [html`<li class="others">${others} more</li>`] : []),
      ]),
    );
  }

  #perch(member: Member): Html {
    const name = member.user?.name ?? 'Somebody';
    const own = this.#isMe(member);
    const away = member.away && !own;
    return html`<li class="${own ? 'own' : ''}${away ? 'asleep' : ''}" title="${name}${away ? ', away' : ''}">
      ${birdPicture(name)}<span dir="auto">${name}</span>${own ? html`<i class="unseen">you</i>` : undefined}${
        away ? html`<i class="unseen">away</i>` : undefined
      }
    </li>`;
  }

  #isMe({ id }: Member): boolean {
    return this.me.ids.has(id);
  }
}
