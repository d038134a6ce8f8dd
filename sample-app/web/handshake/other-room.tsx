import type { RoostClient } from 'nestjs-roost/client';
import { useState } from 'preact/hooks';

/** Joins any room of the app, to see what goes by in it. */
export function OtherRoom({ client }: { readonly client: RoostClient }) {
  const [name, setName] = useState('');
  const [words, setWords] = useState('');
  const join = async () => {
    const room = client.join(name);
    try {
      await room.joined;
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
