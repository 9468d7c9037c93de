import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';

/** The entries of src-main; every package of package.json stays external and is loaded from node_modules. */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      sourcemap: true,
      minify: false,
      externalizeDeps: true,
      rollupOptions: {
        input: {
          cli: resolve(import.meta.dirname, 'src-main/cli.ts'),
          trainer: resolve(import.meta.dirname, 'src-main/trainer.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
});
