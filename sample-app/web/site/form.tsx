import { createContext, type ComponentChildren, type TargetedInputEvent } from 'preact';
import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { RefusedError } from './http.js';

/** The refusal of what was submitted last. */
const RefusalOf = createContext<RefusedError | undefined>(undefined);

interface FormProps {
  readonly submit: string;
  /** Is given the fields by their names; what it throws as a refusal stands beside its field. */
  readonly onSubmit: (fields: Readonly<Record<string, string>>) => Promise<void>;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

/** A form that the server judges. Its words stand beside the field that they are about, and the focus goes there. */
export function Form({ submit, onSubmit, onCancel, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [refusal, setRefusal] = useState<RefusedError | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => {
    const wrong = refusal && form.current?.elements.namedItem(refusal.field ?? '');
    if (wrong instanceof HTMLInputElement) wrong.select();
  }, [refusal]);
  const send = async (fields: Readonly<Record<string, string>>) => {
    setBusy(true);
    try {
      await onSubmit(fields);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <RefusalOf.Provider value={refusal}>
      <form
        ref={form}
        noValidate
        onInput={() => setRefusal(undefined)}
        onSubmit={(event) => {
          event.preventDefault();
          if (busy) return;
          const fields = [...new FormData(event.currentTarget)].map(([name, value]) => [
            name,
            typeof value === 'string' ? value : '',
          ]);
          void send(Object.fromEntries(fields) as Readonly<Record<string, string>>);
        }}
      >
        {children}
        <p class="refusal" role="alert">
          {refusal?.field === undefined && refusal?.message}
        </p>
        <p class="actions">
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" aria-disabled={busy}>
            {submit}
          </button>
        </p>
      </form>
    </RefusalOf.Provider>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly type?: 'text' | 'password';
  readonly autocomplete?: 'nickname' | 'username' | 'new-password' | 'current-password' | 'off';
  /** Whether one begins here. */
  readonly autofocus?: boolean;
}

export function Field({ name, label, value = '', type = 'text', autocomplete = 'off', autofocus = false }: FieldProps) {
  const refusal = useContext(RefusalOf);
  const words = refusal?.field === name ? refusal.message : undefined;
  const [text, setText] = useState(value);
  const attributes = {
    id: `field-${name}`,
    name,
    value: text,
    autocomplete,
    autofocus,
    autocapitalize: 'none',
    spellcheck: false,
    'aria-invalid': words !== undefined,
    'aria-describedby': `refusal-${name}`,
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => setText(currentTarget.value),
  } as const;
  return (
    <>
      <label for={`field-${name}`}>{label}</label>
      {type === 'password' ? <input type="password" {...attributes} /> : <input type="text" {...attributes} />}
      <p class="refusal" id={`refusal-${name}`} role="alert">
        {words}
      </p>
    </>
  );
}
