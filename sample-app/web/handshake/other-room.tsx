import { useState } from 'preact/hooks';
import type { Visitor } from '../site/visitor.js';

/** Joins any room of the app, to see what goes by in it. */
export function OtherRoom({ visitor }: { readonly visitor: Visitor }) {
  const [name, setName] = useState('');
  const [words, setWords] = useState('');
  const join = async () => {
    try {
      await visitor.client?.join(name).joined;
      setWords(`In ${name}.`);
      setName('');
    } catch (error) {
      setWords(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <form
      class="other-room"
      onSubmit={(event) => {
        event.preventDefault();
        void join();
      }}
    >
      <label for="other-room">Join another room</label>
      <input
        id="other-room"
        required
        placeholder="chat/general"
        autocapitalize="off"
        autocomplete="off"
        spellcheck={false}
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <button type="submit">Join</button>
      <p class="hint" role="status">
        {words}
      </p>
    </form>
  );
}
