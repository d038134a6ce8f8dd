import { useState } from 'preact/hooks';
import { Dialog } from './dialog.js';
import type { Visitor } from './visitor.js';

export function NameDialog({ visitor }: { visitor: Visitor }) {
  const asking = visitor.asking.value;
  return (
    <Dialog
      id="name-dialog"
      title="What shall we call you?"
      open={asking !== undefined}
      onClose={() => (visitor.asking.value = undefined)}
    >
      <NameForm visitor={visitor} />
    </Dialog>
  );
}

function NameForm({ visitor }: { visitor: Visitor }) {
  const [name, setName] = useState(visitor.name.value);
  const refusal = visitor.asking.value?.refusal;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        visitor.rename(name);
      }}
    >
      <label for="nickname">Nickname</label>
      <input
        id="nickname"
        autocomplete="nickname"
        spellcheck={false}
        value={name}
        aria-invalid={refusal !== undefined}
        aria-describedby="nickname-refusal"
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <p class="refusal" id="nickname-refusal" role="alert">
        {refusal}
      </p>
      <p class="actions">
        <button type="button" class="cancel" onClick={() => (visitor.asking.value = undefined)}>
          Cancel
        </button>
        <button type="submit">Use this name</button>
      </p>
    </form>
  );
}
