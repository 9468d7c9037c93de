import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

const here = (path: string): string => resolve(import.meta.dirname, path);

/** The entries of each side; what package.json names as dependencies stays external and is loaded from node_modules. */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      sourcemap: true,
      minify: false,
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          main: here('src-main/main.ts'),
          cli: here('src-main/cli.ts'),
          trainer: here('src-main/trainer.ts'),
          reader: here('src-main/reader.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  // A sandboxed preload cannot load anything: it is one file, in CommonJS.
  preload: {
    build: {
      outDir: 'out/preload',
      sourcemap: true,
      minify: false,
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: here('src-main/desktop/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('src-renderer'),
    base: '/',
    plugins: [vue()],
    build: {
      outDir: here('out/renderer'),
      sourcemap: true,
      // Data URLs would need an exception of the content security policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: here('src-renderer/index.html') },
    },
  },
});
