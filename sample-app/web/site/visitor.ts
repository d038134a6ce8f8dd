import { RoostClient } from 'nestjs-roost/client';
import { birdPicture } from '../../src/people/bird.js';
import { cleanNickname, nicknameFault } from '../../src/people/nickname.js';
import type { You } from '../../src/people/you.js';
import { Ask } from '../dialog.js';
import { byId, nodes } from '../dom.js';
import { StatusLine } from './status-line.js';

/** Where the browser keeps the person's nickname. */
const NICKNAME = 'roost.nickname';

/** Who the page's person is, as the server says. */
export interface Me {
  readonly name: string;
  /** The user's id, where the server has told it. */
  readonly user: string;
  /** Public ids of the sessions that this page has had. */
  readonly ids: ReadonlySet<string>;
}

/** The person before the page, and their connection. Under another name it is another one. */
export class Visitor implements Me {
  name = '';
  user = '';
  readonly ids = new Set<string>();
  readonly statusLine = new StatusLine();
  client = this.#connect();
  #enter = (_client: RoostClient): void => {};
  readonly #ask = new Ask('name-dialog', (answer) => this.#rename(answer));

  constructor() {
    byId('me').addEventListener('click', () => this.#ask.open(this.name));
  }

  /** @param enter is given the client, and each that takes its place, to join rooms with it */
  enter(enter: (client: RoostClient) => void): void {
    this.#enter = enter;
    enter(this.client);
  }

  /** The server has said who it is. */
  is({ id, name, user = this.user }: You & { user?: string }): void {
    this.name = name;
    this.user = user;
    this.ids.add(id);
    byId('my-bird').replaceChildren(nodes(birdPicture(name)));
    byId('my-name').textContent = name;
  }

  #connect(): RoostClient {
    const url = new URL('/ws', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const nickname = localStorage.getItem(NICKNAME) ?? undefined;
    const client = new RoostClient(url.href, { auth: { nickname }, storage: sessionStorage });
    this.statusLine.follow(client);
    client.onStatus((status) => {
      if (status.state !== 'closed' || status.why !== 'forbidden' || nickname === undefined) return;
      // The name is remembered from another day, and does not do any more.
      localStorage.removeItem(NICKNAME);
      this.#ask.open(nickname, status.error?.message);
    });
    return client;
  }

  #rename(answer: string): string | undefined {
    const name = cleanNickname(answer);
    const fault = nicknameFault(name);
    if (fault !== undefined) return fault;
    localStorage.setItem(NICKNAME, name);
    // Another user is another session: the server would not let the one go on as the other.
    void this.client.close();
    this.client = this.#connect();
    this.#enter(this.client);
    return undefined;
  }
}
