import { ConflictException, Injectable } from '@nestjs/common';
import type { Badge, Staff } from '../chat/chat.contract.js';
import { CHANNELS } from '../chat/channels.js';
import { hasAccount } from '../accounts/account-id.js';
import type { Refusal } from '../accounts/account.contract.js';
import { Subject } from 'rxjs';
import { Database } from '../database/database.js';
import type { Person } from '../people/person.js';
import type { ChannelSettings, NewChannel } from './channel.contract.js';

/** A channel that is listed. */
export interface Channel {
  readonly name: string;
  readonly topic: string;
  readonly owner: { readonly id: string; readonly name: string } | undefined;
  readonly settings: ChannelSettings;
}

interface Row {
  readonly name: string;
  readonly topic: string;
  readonly owner: string | null;
  readonly ownerName: string | null;
  readonly slow_mode: number;
  readonly unique_mode: number;
  readonly members_only: number;
}

/** Channels of one account, and moderators of one channel. */
const OWNED = 50;
const MODERATORS = 50;

const SELECT = 'SELECT c.*, a.name AS ownerName FROM channels c LEFT JOIN accounts a ON a.id = c.owner';
const OPEN: ChannelSettings = { slowMode: 0, uniqueMode: false, membersOnly: false };

/** Channels: whose they are, who moderates them, and how they are run. */
@Injectable()
export class Channels {
  /** Channels that are made on this node. */
  readonly created$ = new Subject<Channel>();

  constructor(private readonly database: Database) {
    for (const { name, topic } of CHANNELS) {
      database.run('INSERT INTO channels (name, topic) VALUES (?, ?) ON CONFLICT DO NOTHING', name, topic);
    }
  }

  /** Those that are listed, in the order of their making. */
  all(): Channel[] {
    return (this.database.all(`${SELECT} ORDER BY c.rowid`) as Row[]).map(channelOf);
  }

  /** A channel; one that nobody has made is open to all. */
  get(name: string): Channel {
    const row = this.database.get(`${SELECT} WHERE c.name = ?`, name) as Row | undefined;
    return row === undefined
      ? { name, topic: 'A channel that somebody opened', owner: undefined, settings: OPEN }
      : channelOf(row);
  }

  create({ name, topic }: NewChannel, owner: Person): Channel {
    const owned = this.database.all('SELECT 1 FROM channels WHERE owner = ?', owner.id).length;
    if (owned >= OWNED) throw new ConflictException(`You have ${OWNED} channels already.`);
    const sql = 'INSERT INTO channels (name, topic, owner) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
    if (this.database.run(sql, name, topic, owner.id) === 0) {
      throw new ConflictException({ message: 'There is a channel of that name.', field: 'name' } satisfies Refusal);
    }
    const channel = this.get(name);
    this.created$.next(channel);
    return channel;
  }

  change(name: string, settings: ChannelSettings): void {
    const { slowMode, uniqueMode, membersOnly } = settings;
    const sql = 'UPDATE channels SET slow_mode = ?, unique_mode = ?, members_only = ? WHERE name = ?';
    this.database.run(sql, slowMode, Number(uniqueMode), Number(membersOnly), name);
  }

  /** What somebody is in a channel. */
  badgeOf(name: string, person: Pick<Person, 'id'>): Badge | undefined {
    if (!hasAccount(person)) return 'guest';
    if (this.database.get('SELECT 1 FROM channels WHERE name = ? AND owner = ?', name, person.id)) return 'owner';
    const sql = 'SELECT 1 FROM moderators WHERE channel = ? AND account = ?';
    return this.database.get(sql, name, person.id) === undefined ? undefined : 'moderator';
  }

  /** The owner and the moderators. */
  staff(name: string): Staff[] {
    const { owner } = this.get(name);
    const rows = this.database.all('SELECT account FROM moderators WHERE channel = ?', name) as { account: string }[];
    const moderators = rows.map(({ account }): Staff => ({ id: account, badge: 'moderator' }));
    return owner === undefined ? moderators : [{ id: owner.id, badge: 'owner' }, ...moderators];
  }

  /** @throws where there are too many */
  appoint(name: string, account: string): void {
    const others = this.database.all(
      'SELECT 1 FROM moderators WHERE channel = ? AND account <> ?',
      name,
      account,
    ).length;
    if (others >= MODERATORS) throw new ConflictException(`A channel has at most ${MODERATORS} moderators.`);
    this.database.run('INSERT INTO moderators VALUES (?, ?) ON CONFLICT DO NOTHING', name, account);
  }

  dismiss(name: string, account: string): void {
    this.database.run('DELETE FROM moderators WHERE channel = ? AND account = ?', name, account);
  }
}

function channelOf({ name, topic, owner, ownerName, ...row }: Row): Channel {
  return {
    name,
    topic,
    owner: owner === null ? undefined : { id: owner, name: ownerName ?? '' },
    settings: { slowMode: row.slow_mode, uniqueMode: row.unique_mode === 1, membersOnly: row.members_only === 1 },
  };
}
