import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The renderer runs under `style-src 'self'; script-src 'self'`: every script and style is a file of its own. */
export default defineConfig({
  root: new URL('../renderer', import.meta.url).pathname,
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: new URL('../dist/renderer', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    license: { fileName: 'licences.md' },
  },
});
