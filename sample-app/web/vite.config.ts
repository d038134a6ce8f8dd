import { defineConfig } from 'vite';

/** Each HTML file is the template of one page: the server fills its `{{places}}` and serves the rest under `/assets/`. */
export default defineConfig({
  build: {
    outDir: '../../dist/sample-app/web',
    emptyOutDir: true,
    // Nothing inline: the pages' content security policy allows the server's own files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
