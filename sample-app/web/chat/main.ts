import { CHANNEL_NAME, CHANNEL_NAME_RULE } from '../../src/chat/channel-name.js';
import type { Transcript } from '../../src/chat/transcript.js';
import { Ask } from '../dialog.js';
import { byId } from '../dom.js';
import { People } from '../site/people.js';
import { Visitor } from '../site/visitor.js';
import { Channel, type ChannelEvents } from './channel.js';
import { ChannelList } from './channel-list.js';
import { Composer } from './composer.js';
import { Log } from './log.js';

const me = new Visitor();
const channels = new Map<string, Channel>();
const drafts = new Map<string, string>();

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
    if (channel === current) drawCurrent();
  },
  pending(channel) {
    if (channel === current) log.drawPending();
  },
  people(channel) {
    if (channel === current) people.draw(channel.people);
  },
  recovered(_channel, recovery) {
    me.statusLine.recovered(recovery);
  },
  refused(channel, text, words) {
    if (channel === current) composer.refuse(text, words);
  },
};

// What the server has put into the page; the room goes on from exactly there.
const start = JSON.parse(byId('start').textContent) as { channel: string; transcript: Transcript };
let chosen = start.channel;
let current = open(start.channel, start.transcript);
// The channels that are open go on with each client from where they are.
me.enter((client) => channels.forEach((channel) => channel.join(client)));
current.topic = byId('topic').textContent;
log.show(current);
composer.focus();

// ---- channels -------------------------------------------------------------------------------------------------------

function open(name: string, transcript: Transcript): Channel {
  const channel = new Channel(name, transcript, me, events);
  channels.set(name, channel);
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
    if (!channels.has(name)) open(name, await Channel.load(name)).join(me.client);
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
