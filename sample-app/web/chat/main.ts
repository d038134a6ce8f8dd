import { RoostClient } from 'nestjs-roost/client';
import { CHANNEL_NAME, CHANNEL_NAME_RULE } from '../../src/chat/channel-name.js';
import type { Transcript } from '../../src/chat/transcript.js';
import { birdPicture } from '../../src/people/bird.js';
import { cleanNickname, nicknameFault } from '../../src/people/nickname.js';
import { Ask } from '../dialog.js';
import { byId, nodes } from '../dom.js';
import { Channel, type ChannelEvents, type Me } from './channel.js';
import { ChannelList } from './channel-list.js';
import { Composer } from './composer.js';
import { Log } from './log.js';
import { People } from './people.js';
import { StatusLine } from './status-line.js';

/** Where the browser keeps the person's nickname. */
const NICKNAME = 'roost.nickname';

const me: Me = { name: '', ids: new Set() };
const channels = new Map<string, Channel>();
const drafts = new Map<string, string>();

const statusLine = new StatusLine();
const people = new People(me);
const list = new ChannelList((name) => void visit(name));
const log = new Log(me, (channel, { text }) => void channel.say(text));
const composer = new Composer((text) => {
  log.toEnd();
  void current.say(text);
});

const events: ChannelEvents = {
  added(channel, lines) {
    if (channel === current) log.add(lines);
    if (channel === current && !document.hidden) return;
    channel.unread += lines.filter(({ from }) => from === undefined || !me.ids.has(from)).length;
    list.draw(channels, current);
  },
  changed(channel) {
    drawMe();
    if (channel === current) drawCurrent();
  },
  pending(channel) {
    if (channel === current) log.drawPending();
  },
  people(channel) {
    if (channel === current) people.draw(channel.people);
  },
  recovered(_channel, recovery) {
    statusLine.recovered(recovery);
  },
  refused(channel, text, words) {
    if (channel === current) composer.refuse(text, words);
  },
};

// What the server has put into the page; the room goes on from exactly there.
const start = JSON.parse(byId('start').textContent) as { channel: string; transcript: Transcript };
let client = connect();
let chosen = start.channel;
let current = open(start.channel, start.transcript);
current.topic = byId('topic').textContent;
log.show(current);
composer.focus();

// ---- the connection, and who the person is --------------------------------------------------------------------------

/** A client for the nickname that is known by now; the channels that are open go on with it from where they are. */
function connect(): RoostClient {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const nickname = localStorage.getItem(NICKNAME) ?? undefined;
  const next = new RoostClient(url.href, { auth: { nickname }, storage: sessionStorage });
  statusLine.follow(next);
  next.onStatus((status) => {
    if (status.state !== 'closed' || status.why !== 'forbidden' || nickname === undefined) return;
    // The name is remembered from another day, and does not do any more.
    localStorage.removeItem(NICKNAME);
    askName.open(nickname, status.error?.message);
  });
  for (const channel of channels.values()) channel.join(next);
  return next;
}

const askName = new Ask('name-dialog', (answer) => {
  const name = cleanNickname(answer);
  const fault = nicknameFault(name);
  if (fault !== undefined) return fault;
  localStorage.setItem(NICKNAME, name);
  // Another user is another session: the server would not let the one go on as the other.
  void client.close();
  client = connect();
  return undefined;
});
byId('me').addEventListener('click', () => askName.open(me.name));

function drawMe(): void {
  byId('my-bird').replaceChildren(nodes(birdPicture(me.name)));
  byId('my-name').textContent = me.name;
}

// ---- channels -------------------------------------------------------------------------------------------------------

function open(name: string, transcript: Transcript): Channel {
  const channel = new Channel(name, transcript, me, events);
  channels.set(name, channel);
  channel.join(client);
  return channel;
}

/**
 * Shows a channel. One that was visited stays open, so that what is said in it meanwhile can be counted.
 *
 * @returns whether it is shown: not where it cannot be loaded, or the person has chosen another one meanwhile
 */
async function show(name: string): Promise<boolean> {
  chosen = name;
  try {
    if (!channels.has(name)) open(name, await Channel.load(name));
  } catch {
    composer.tell(`#${name} cannot be opened at the moment.`);
    return false;
  }
  const channel = channels.get(name);
  if (channel === undefined || chosen !== name) return false;
  drafts.set(current.name, composer.draft);
  current = channel;
  current.unread = 0;
  byId('channel').textContent = name;
  composer.draft = drafts.get(name) ?? '';
  log.show(current);
  drawCurrent();
  list.draw(channels, current);
  composer.focus();
  return true;
}

function drawCurrent(): void {
  byId('topic').textContent = current.topic;
  log.draw();
  people.draw(current.people);
  composer.close(current.closed);
}

async function visit(name: string): Promise<void> {
  if (name === current.name) return;
  if (await show(name)) history.pushState(undefined, '', `/channel/${encodeURIComponent(name)}`);
}

const askChannel = new Ask('channel-dialog', (answer) => {
  const name = answer.trim().replace(/^#/, '').toLowerCase();
  if (!CHANNEL_NAME.test(name)) return CHANNEL_NAME_RULE;
  void visit(name);
  return undefined;
});
byId('open-channel').addEventListener('click', () => askChannel.open(''));

addEventListener('popstate', () => {
  const name = decodeURIComponent(/^\/channel\/(.+)$/.exec(location.pathname)?.[1] ?? 'general');
  void show(name);
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  current.unread = 0;
  list.draw(channels, current);
});
