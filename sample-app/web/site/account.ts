import { signal, type Signal } from '@preact/signals';
import type { Credentials, Me, NewGuest } from '../../src/accounts/account.contract.js';
import { request } from './http.js';

/**
 * Who the person is, as HTTP knows it: the cookie that it sets is what the WebSocket is let in with.
 *
 * What becomes of the person is refused with a `RefusedError`.
 */
export class Account {
  readonly me: Signal<Me['user']>;
  readonly #changed: () => void;

  /** @param changed is told that the person is somebody else from now on */
  constructor(me: Me, changed: () => void) {
    this.me = signal(me.user);
    this.#changed = changed;
  }

  /** Whether the person has no account. */
  get isGuest(): boolean {
    return this.me.value?.guest ?? true;
  }

  signUp(credentials: Credentials): Promise<void> {
    return this.#become('/api/sign-up', credentials);
  }

  signIn(credentials: Credentials): Promise<void> {
    return this.#become('/api/sign-in', credentials);
  }

  beGuest(guest: NewGuest): Promise<void> {
    return this.#become('/api/guest', guest);
  }

  signOut(): Promise<void> {
    return this.#become('/api/sign-out', {});
  }

  async #become(path: string, body: object): Promise<void> {
    const { user } = (await request('POST', path, body)) as Me;
    this.me.value = user;
    this.#changed();
  }
}
