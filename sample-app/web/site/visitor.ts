import { signal } from '@preact/signals';
import { RoostClient } from 'nestjs-roost/client';
import { cleanNickname, nicknameFault } from '../../src/people/nickname.js';
import type { You } from '../../src/people/you.js';
import { ConnectionStatus } from './connection-status.js';

/** Where the browser keeps the person's nickname. */
const NICKNAME = 'roost.nickname';

/** The person before the page, and their connection. Under another name it is another one. */
export class Visitor {
  readonly name = signal('');
  /** The user's id, once the server has told it. */
  readonly user = signal<string | undefined>(undefined);
  /** Public ids of the sessions that this page has had. */
  readonly sessions = signal<ReadonlySet<string>>(new Set());
  readonly status = new ConnectionStatus();
  /** Whether a name is asked for, and what was wrong with the last. */
  readonly asking = signal<{ readonly name: string; readonly refusal?: string | undefined } | undefined>(undefined);
  #client: RoostClient | undefined;
  #enter = (_client: RoostClient): void => {};

  /** The connection, once there is one: the server renders pages without. */
  get client(): RoostClient | undefined {
    return this.#client;
  }

  /**
   * Connects.
   *
   * @param enter is given the client, and each that takes its place, to join rooms with it
   */
  connect(enter: (client: RoostClient) => void): void {
    this.#enter = enter;
    this.#begin();
  }

  /** The server has said who it is. */
  is({ id, name, user }: You & { user?: string }): void {
    this.name.value = name;
    if (user !== undefined) this.user.value = user;
    this.sessions.value = new Set(this.sessions.value).add(id);
  }

  askName(refusal?: string): void {
    this.asking.value = { name: this.name.value, refusal };
  }

  rename(answer: string): void {
    const name = cleanNickname(answer);
    const refusal = nicknameFault(name);
    if (refusal !== undefined) {
      this.asking.value = { name: answer, refusal };
      return;
    }
    this.asking.value = undefined;
    localStorage.setItem(NICKNAME, name);
    // Another user is another session: the server would not let the one go on as the other.
    void this.#client?.close();
    this.#begin();
  }

  #begin(): void {
    const url = new URL('/ws', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const nickname = localStorage.getItem(NICKNAME) ?? undefined;
    const client = (this.#client = new RoostClient(url.href, { auth: { nickname }, storage: sessionStorage }));
    this.status.follow(client);
    client.onStatus((status) => {
      if (status.state !== 'closed' || status.why !== 'forbidden' || nickname === undefined) return;
      // The name is remembered from another day, and does not do any more.
      localStorage.removeItem(NICKNAME);
      this.askName(status.error?.message);
    });
    this.#enter(client);
  }
}
