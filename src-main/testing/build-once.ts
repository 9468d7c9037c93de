import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the built programs: `trainer.js`, `cli.js`. */
    readonly programs: string;
  }
}

const root = resolve(import.meta.dirname, '../..');

/**
 * Builds the programs that tests start as processes, once for a run of the tests; `inject('programs')` says where they are.
 * Each run has a folder of its own, below node_modules so that the packages that stay outside of the bundles are found.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const cache = join(root, 'node_modules', '.cache', 'cellsmith');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'programs-'));
  const entries = ['trainer', 'cli'].filter((name) => existsSync(join(root, 'src-main', `${name}.ts`)));
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      minify: false,
      sourcemap: 'inline',
      rolldownOptions: {
        input: Object.fromEntries(entries.map((name) => [name, join(root, 'src-main', `${name}.ts`)])),
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  project.provide('programs', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
