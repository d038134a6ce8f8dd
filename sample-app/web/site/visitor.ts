import { computed, signal } from '@preact/signals';
import { RoostClient, type RoostClientOptions } from 'nestjs-roost/client';
import type { Me } from '../../src/accounts/account.contract.js';
import type { You } from '../../src/people/you.js';
import { Account } from './account.js';
import { ConnectionStatus } from './connection-status.js';

/** The person before the page, and their connection. As somebody else they have another one. */
export class Visitor {
  readonly account: Account;
  /** Public ids of the sessions that this page has had. */
  readonly sessions = signal<ReadonlySet<string>>(new Set());
  /** What the others call the person; empty until it is known. */
  readonly name = computed(() => this.account.me.value?.name ?? this.#given.value?.name ?? '');
  /** The user's id. */
  readonly user = computed(() => this.account.me.value?.id ?? this.#given.value?.user);
  readonly status = new ConnectionStatus();
  /** Whether the person is asked who they are. */
  readonly asking = signal(false);
  /** Who somebody without a name was taken for. */
  readonly #given = signal<{ name: string; user: string | undefined } | undefined>(undefined);
  #client: RoostClient | undefined;
  #enter: ((client: RoostClient) => void) | undefined;
  #options: Pick<RoostClientOptions, 'WebSocket'> = {};

  /** @param me as the server knows the person by the cookie */
  constructor(me: Me = {}) {
    this.account = new Account(me, () => this.#change());
  }

  /** The connection, once there is one: the server renders pages without. */
  get client(): RoostClient | undefined {
    return this.#client;
  }

  /**
   * Connects.
   *
   * @param enter is given the client, and each that takes its place, to join rooms with it
   * @param options of those clients
   */
  connect(enter: (client: RoostClient) => void, options: Pick<RoostClientOptions, 'WebSocket'> = this.#options): void {
    this.#enter = enter;
    this.#options = options;
    const url = new URL('/ws', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const client = (this.#client = new RoostClient(url.href, {
      ...options,
      // The cookie says who it is, anew for each connection.
      auth: () => undefined,
      storage: sessionStorage,
    }));
    this.status.follow(client);
    client.onStatus(({ state }) => {
      const { user, session } = client;
      if (state !== 'online') return;
      if (user) this.#given.value = { name: user.name ?? '', user: user.id };
      if (session) this.sessions.value = new Set(this.sessions.value).add(session.id);
    });
    enter(client);
  }

  /** A room has said who the person is. */
  is({ id, name, user }: You & { readonly user?: string }): void {
    this.#given.value = { name, user: user ?? this.#given.value?.user };
    this.sessions.value = new Set(this.sessions.value).add(id);
  }

  /** Another user is another session: the server would not let the one go on as the other. */
  #change(): void {
    this.#given.value = undefined;
    void this.#client?.close();
    if (this.#enter) this.connect(this.#enter);
  }
}
