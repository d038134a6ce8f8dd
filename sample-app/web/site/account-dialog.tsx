import { useState } from 'preact/hooks';
import { Bird } from './bird.js';
import { Dialog } from './dialog.js';
import { Field, Form } from './form.js';
import type { Visitor } from './visitor.js';

interface Props {
  readonly visitor: Visitor;
}

/** Who the person is, and how to be somebody else. */
export function AccountDialog({ visitor }: Props) {
  const { isGuest } = visitor.account;
  const close = () => (visitor.asking.value = false);
  return (
    <Dialog id="account" title={isGuest ? 'Who are you?' : 'Your account'} open={visitor.asking.value} onClose={close}>
      {isGuest ? <Ways visitor={visitor} /> : <SignedIn visitor={visitor} />}
    </Dialog>
  );
}

function SignedIn({ visitor }: Props) {
  const close = () => (visitor.asking.value = false);
  return (
    <Form
      submit="Sign out"
      onSubmit={async () => {
        await visitor.account.signOut();
        close();
      }}
      onCancel={close}
    >
      <p class="somebody">
        <Bird name={visitor.name.value} />
        <span>
          You are signed in as <b dir="auto">{visitor.name.value}</b>.
        </span>
      </p>
    </Form>
  );
}

const WAYS = [
  ['guest', 'As a guest'],
  ['sign-in', 'Sign in'],
  ['sign-up', 'Sign up'],
] as const;
type Way = (typeof WAYS)[number][0];

function Ways({ visitor }: Props) {
  const [way, setWay] = useState<Way>('guest');
  return (
    <>
      <fieldset class="segments">
        <legend class="unseen">How you want to come in</legend>
        {WAYS.map(([value, title]) => (
          <label key={value}>
            <input type="radio" name="way" value={value} checked={value === way} onChange={() => setWay(value)} />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <Way key={way} way={way} visitor={visitor} />
    </>
  );
}

const SUBMIT = { guest: 'Use this name', 'sign-in': 'Sign in', 'sign-up': 'Sign up' } as const;

function Way({ way, visitor }: Props & { way: Way }) {
  const { account, asking } = visitor;
  const close = () => (asking.value = false);
  const become = ({ name = '', password = '' }: Readonly<Record<string, string>>) => {
    if (way === 'guest') return account.beGuest({ name });
    return way === 'sign-in' ? account.signIn({ name, password }) : account.signUp({ name, password });
  };
  return (
    <Form
      submit={SUBMIT[way]}
      onSubmit={async (fields) => {
        await become(fields);
        close();
      }}
      onCancel={close}
    >
      {way === 'guest' ? (
        <Field name="name" label="Nickname" value={visitor.name.value} autocomplete="nickname" autofocus />
      ) : (
        <>
          <Field name="name" label="Name" autocomplete="username" />
          <Field
            name="password"
            label="Password"
            type="password"
            autocomplete={way === 'sign-up' ? 'new-password' : 'current-password'}
          />
        </>
      )}
      <p class="hint">
        {way === 'guest' && 'Guests talk and watch. An account keeps your name, and can open channels of its own.'}
        {way === 'sign-up' && 'An account is a name that is yours, and channels that you run.'}
      </p>
    </Form>
  );
}
