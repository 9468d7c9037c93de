import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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
 * Builds programs into a folder of its own, below node_modules so that external packages resolve.
 * @param entries the name of each and its file, from the root of the repository
 */
export async function buildPrograms(
  entries: Readonly<Record<string, string>>,
): Promise<{ readonly folder: string; readonly remove: () => void }> {
  const cache = join(root, 'node_modules', '.cache', 'cellsmith');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'programs-'));
  const files = Object.entries(entries).map(([name, file]) => [name, join(root, file)] as const);
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
        input: Object.fromEntries(files),
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Builds the programs that tests start as processes, once per test run; `inject('programs')` is their folder. */
export async function setup(project: TestProject): Promise<() => void> {
  const { folder, remove } = await buildPrograms({ trainer: 'src-main/trainer.ts', cli: 'src-main/cli.ts' });
  project.provide('programs', folder);
  return remove;
}
