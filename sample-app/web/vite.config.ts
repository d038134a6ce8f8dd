import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const PAGES = ['index', 'feed', 'game', 'handshake'];

/** Each HTML file is the template of one page: the server fills its `{{places}}` and serves the rest under `/assets/`. */
export default defineConfig({
  plugins: [parts()],
  build: {
    outDir: '../../dist/sample-app/web',
    emptyOutDir: true,
    rollupOptions: { input: PAGES.map((page) => fileURLToPath(new URL(`${page}.html`, import.meta.url))) },
    // Nothing inline: the pages' content security policy allows the server's own files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

/** Puts in what several pages have, where they say `<!-- part: name -->`, and marks the page's own link. */
function parts(): Plugin {
  return {
    name: 'parts',
    transformIndexHtml: {
      order: 'pre',
      handler: (page, { path }) =>
        page
          .replace(/<!-- part: ([\w-]+) -->/g, (_comment, name: string) =>
            readFileSync(new URL(`parts/${name}.html`, import.meta.url), 'utf8'),
          )
          .replace(`data-page="${/(\w+)\.html$/.exec(path)?.[1]}"`, '$& aria-current="page"'),
    },
  };
}
