import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Each folder with a `main.tsx` is a page. The server renders them, and finds what was built in the manifest. */
const pages = readdirSync(here('.')).filter((folder) => existsSync(here(`${folder}/main.tsx`)));

export default defineConfig({
  plugins: [icon()],
  build: {
    outDir: '../../dist/sample-app/public',
    emptyOutDir: true,
    manifest: 'manifest.json',
    rollupOptions: { input: [...pages.map((page) => here(`${page}/main.tsx`)), here('style/index.css')] },
    // Nothing inline: the pages' content security policy allows the server's own files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

/** No script and no style asks for the icon, only the server's pages. */
function icon(): Plugin {
  return {
    name: 'icon',
    buildStart() {
      const source = readFileSync(here('icon.svg'));
      this.emitFile({ type: 'asset', name: 'icon.svg', originalFileName: 'icon.svg', source });
    },
  };
}
