import { readFileSync } from 'node:fs';
import type { ComponentChild } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** What a page is besides what stands in it. */
export interface PageHead {
  /** The folder in `web/` whose `main.tsx` brings it to life. */
  readonly entry: string;
  readonly title: string;
  readonly description: string;
  /** Said where scripts do not run. */
  readonly noscript: string;
  /** What the browser begins with: the same that the server has rendered. */
  readonly start: object;
}

/** A file that the web build has made; see `build.manifest` of Vite. */
interface Asset {
  readonly file: string;
  readonly imports?: readonly string[];
}

let manifest: Readonly<Record<string, Asset>> | undefined;

function asset(source: string): Asset {
  manifest ??= JSON.parse(
    readFileSync(new URL('../../public/manifest.json', import.meta.url), 'utf8'),
  ) as typeof manifest & {};
  const found = manifest[source];
  if (found === undefined) throw new Error(`The web build has made nothing of ${source}.`);
  return found;
}

/** A whole page, readable before any script has run. */
export function renderDocument({ entry, title, description, noscript, start }: PageHead, page: ComponentChild): string {
  const script = asset(`${entry}/main.tsx`);
  return `<!doctype html>${renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#d3e6ee" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#0b1626" media="(prefers-color-scheme: dark)" />
        <meta name="description" content={description} />
        <title>{title}</title>
        <link rel="icon" href={`/${asset('icon.svg').file}`} type="image/svg+xml" />
        <link rel="stylesheet" href={`/${asset('style/index.css').file}`} />
        {(script.imports ?? []).map((source) => (
          <link key={source} rel="modulepreload" href={`/${asset(source).file}`} />
        ))}
        <script type="module" src={`/${script.file}`} />
      </head>
      <body>
        <div id="page">{page}</div>
        <noscript>
          <p class="noscript">{noscript}</p>
        </noscript>
        <script type="application/json" id="start" dangerouslySetInnerHTML={{ __html: json(start) }} />
      </body>
    </html>,
  )}`;
}

/** Nothing in it can end the element that it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
