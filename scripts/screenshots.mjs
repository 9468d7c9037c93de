/**
 * `npm run screenshots`: screenshots of all pages at two sizes and in two themes, into test-results/screenshots.
 * `npm run screenshots -- --readme` also copies those that README.md shows to docs/images, with fewer colours.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { runPlaywright } from './e2e.mjs';

const root = resolve(import.meta.dirname, '..');
process.exitCode = await runPlaywright(['screenshots.spec.ts'], { CELLSMITH_SCREENSHOTS: '1' });

if (process.exitCode === 0 && process.argv.includes('--readme')) {
  const shown = {
    run: 'run-compared-1440x900-light',
    network: 'child-decisions-1440x900-dark',
    cell: 'cell-1440x900-light',
    comparison: 'compare-best-over-time-1440x900-dark',
  };
  const folder = join(root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  for (const [name, taken] of Object.entries(shown))
    await sharp(join(root, 'test-results', 'screenshots', `${taken}.png`))
      .png({ palette: true, colours: 128, effort: 10 })
      .toFile(join(folder, `${name}.png`));
}
