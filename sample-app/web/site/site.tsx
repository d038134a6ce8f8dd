import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { AccountDialog } from './account-dialog.js';
import { Bird } from './bird.js';
import { Birds } from './birds.js';
import type { Visitor } from './visitor.js';

const PAGES = [
  ['/', 'Channels'],
  ['/feed', 'Feed'],
  ['/game', 'Game'],
  ['/compare', 'Compare'],
  ['/handshake', 'Handshake'],
  ['/call', 'Call'],
  ['/operations', 'Operations'],
] as const;

interface Props {
  readonly visitor: Visitor;
  /** Address of the page that this is, or belongs to. */
  readonly here: (typeof PAGES)[number][0];
  /** Where a keyboard may go at once: the id of an element, and words. */
  readonly skip: readonly [id: string, words: string];
  readonly children: ComponentChildren;
}

/** What all pages have around them. */
export function Site({ visitor, here, skip: [id, words], children }: Props) {
  return (
    <>
      <Birds />
      <a class="skip" href={`#${id}`}>
        {words}
      </a>
      <header class="site">
        <a class="home" href="/" aria-label="Roost, to the channels">
          <svg aria-hidden="true">
            <use href="#roost" />
          </svg>
        </a>
        <nav class="pages" aria-label="Pages">
          {PAGES.map(([address, title]) => (
            <PageLink key={address} address={address} title={title} current={address === here} />
          ))}
        </nav>
        <Account visitor={visitor} />
      </header>
      {children}
      <AccountDialog visitor={visitor} />
    </>
  );
}

function PageLink({ address, title, current }: { address: string; title: string; current: boolean }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (current) link.current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <a ref={link} href={address} aria-current={current ? 'page' : undefined}>
      {title}
    </a>
  );
}

function Account({ visitor }: Pick<Props, 'visitor'>) {
  const name = visitor.name.value;
  return (
    <button class="me" type="button" id="me" aria-haspopup="dialog" onClick={() => (visitor.asking.value = true)}>
      <span class="unseen">You are </span>
      <span id="my-bird">{name !== '' && <Bird name={name} />}</span>
      <b id="my-name" dir="auto">
        {name || '…'}
      </b>
      {visitor.account.isGuest && <span class="sign-in">Sign in</span>}
    </button>
  );
}
