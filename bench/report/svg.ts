/** Colours that can be read on white as on black, and better ones where the reader's choice is known. */
const STYLE = `<style>
  text { font: 13px system-ui, sans-serif; fill: #59636e }
  .title { font-size: 15px; font-weight: 600; fill: #1f2328 }
  .value { fill: #1f2328 }
  .bar { fill: #8c959f }
  .line { stroke: #8c959f; fill: none; stroke-width: 2 }
  .dot { fill: #8c959f }
  .bar.ours, .dot.ours { fill: #0969da }
  .line.ours { stroke: #0969da }
  .range { stroke: #1f2328; stroke-width: 1.5 }
  .axis { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .title, .value { fill: #f0f6fc }
    .bar, .dot { fill: #656c76 }
    .line { stroke: #656c76 }
    .bar.ours, .dot.ours { fill: #4493f8 }
    .line.ours { stroke: #4493f8 }
    .range { stroke: #f0f6fc }
    .axis { stroke: #3d444d }
  }
</style>`;

type Attributes = Readonly<Record<string, string | number>>;

/** An element; what is inside is SVG already. */
export function element(name: string, attributes: Attributes, inside = ''): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? Math.round(value * 10) / 10 : escape(value)}"`,
  );
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`;
}

export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escape(content));
}

/** The whole picture. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  const all = [STYLE, element('title', {}, escape(title)), text(title, { x: 0, y: 16, class: 'title' }), ...parts];
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, role: 'img' };
  return `${element('svg', attributes, `\n${all.join('\n')}\n`)}\n`;
}

/** Whether something is Roost's, which stands out. */
export function classOf(kind: string, label: string): string {
  return label.startsWith('Roost') ? `${kind} ours` : kind;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
