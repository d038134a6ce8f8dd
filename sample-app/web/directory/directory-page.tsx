import type { ChannelSummary } from '../../src/channels/channel.contract.js';
import { Bird } from '../site/bird.js';
import { count } from '../site/count.js';
import { Dialog } from '../site/dialog.js';
import { Field, Form } from '../site/form.js';
import { Site } from '../site/site.js';
import { Sky } from '../site/sky.js';
import type { Directory } from './directory.js';

/** Birds that are drawn on a channel's wire; more are only counted. */
const PERCHES = 7;

interface Props {
  readonly directory: Directory;
}

export function DirectoryPage({ directory }: Props) {
  const { visitor, channels } = directory;
  return (
    <Site visitor={visitor} here="/" skip={['channels', 'Skip to the channels']}>
      <main class="directory">
        <Sky
          visitor={visitor}
          label="Connection"
          title={
            <>
              <h1>Channels</h1>
              <Total directory={directory} />
            </>
          }
        />
        <ul class="cards" id="channels" tabIndex={-1}>
          {channels.value.map((channel) => (
            <Card key={channel.name} channel={channel} />
          ))}
          <li>
            <Open directory={directory} />
          </li>
        </ul>
      </main>
      <NewChannel directory={directory} />
    </Site>
  );
}

function Total({ directory: { channels } }: Props) {
  const birds = channels.value.reduce((sum, { viewers }) => sum + viewers, 0);
  return <p id="total">{`${count(birds, 'bird')} on ${count(channels.value.length, 'wire')}`}</p>;
}

function Card({ channel: { name, topic, owner, viewers } }: { channel: ChannelSummary }) {
  return (
    <li>
      <a class="card" href={`/channel/${encodeURIComponent(name)}`} data-channel={name}>
        <h2>
          <span class="hash">#</span>
          {name}
        </h2>
        <p class="topic" dir="auto">
          {topic}
        </p>
        {owner !== undefined && (
          <p class="owner">
            run by <b dir="auto">{owner}</b>
          </p>
        )}
        <span class="perches" aria-hidden="true">
          {Array.from({ length: Math.min(viewers, PERCHES) }, (_, i) => (
            <Bird key={i} name={`${name} ${i}`} />
          ))}
        </span>
        <span class="viewers">
          <b>{viewers}</b> here
        </span>
      </a>
    </li>
  );
}

function Open({ directory: { visitor, creating } }: Props) {
  const { isGuest } = visitor.account;
  return (
    <button
      type="button"
      class="card new"
      id="open-channel"
      aria-haspopup="dialog"
      onClick={() => ((isGuest ? visitor.asking : creating).value = true)}
    >
      <span class="plus" aria-hidden="true" />
      <b>Open a channel</b>
      <small>{isGuest ? 'Sign in first: it will be yours to run.' : 'It will be yours to run.'}</small>
    </button>
  );
}

function NewChannel({ directory }: Props) {
  const close = () => (directory.creating.value = false);
  return (
    <Dialog id="new-channel" title="Open a channel" open={directory.creating.value} onClose={close}>
      <Form
        submit="Open it"
        onSubmit={({ name = '', topic = '' }) => directory.create({ name, topic })}
        onCancel={close}
      >
        <Field name="name" label="Name, in small letters" autofocus />
        <Field name="topic" label="What it is about" />
      </Form>
    </Dialog>
  );
}
