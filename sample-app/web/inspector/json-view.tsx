/** A JSON text in pieces: names, other texts, numbers, words; and what stands between them. */
const PIECES = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

/** JSON with its kinds in colours. */
export function JsonView({ value }: { readonly value: unknown }) {
  const text = JSON.stringify(value, undefined, 2) ?? '';
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(PIECES)) {
    const [, string, colon, number] = found;
    const kind = string === undefined ? (number === undefined ? 'word' : 'number') : colon ? 'name' : 'string';
    const piece = string ?? found[0];
    pieces.push(
      text.slice(end, found.index),
      <span key={found.index} class={`json-${kind}`}>
        {piece}
      </span>,
    );
    end = found.index + piece.length;
  }
  return (
    <pre class="json" tabIndex={0}>
      {pieces}
      {text.slice(end)}
    </pre>
  );
}
